import authz.v1.Authz.CheckRequest;
import authz.v1.Authz.CheckResponse;
import authz.v1.AuthorizationServiceGrpc;
import authz.v1.AuthorizationServiceGrpc.AuthorizationServiceBlockingStub;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.protobuf.util.JsonFormat;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;

/** Ask ADDRESS < questions.json: asks every question, prints the answers. */
public final class Ask {
  /** A Unix socket needs Netty's epoll transport, and a host name for the authority. */
  static NettyChannelBuilder channel(String address) {
    if (!address.startsWith("unix:")) {
      return NettyChannelBuilder.forTarget(address);
    }
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(address.substring("unix:".length())))
        .eventLoopGroup(new EpollEventLoopGroup(1))
        .channelType(EpollDomainSocketChannel.class);
  }

  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel =
        channel(arguments[0])
            .usePlaintext()
            .overrideAuthority("localhost")
            .proxyDetector(server -> null) // a proxy from system properties or GRPC_PROXY_EXP is not the sidecar
            .keepAliveTime(10, TimeUnit.SECONDS)
            .build();
    AuthorizationServiceBlockingStub authz = AuthorizationServiceGrpc.newBlockingStub(channel);
    JsonArray answers = new JsonArray();
    for (JsonElement question : JsonParser.parseReader(new InputStreamReader(System.in)).getAsJsonArray()) {
      CheckRequest.Builder request = CheckRequest.newBuilder();
      JsonFormat.parser().merge(question.toString(), request);
      try {
        // Everything except an answer that allows is a denial, also an error or an exceeded deadline.
        CheckResponse answer = authz.withDeadlineAfter(1, TimeUnit.SECONDS).check(request.build());
        JsonArray told = new JsonArray();
        told.add(answer.getAllowed());
        told.add(answer.getReason().name());
        answers.add(told);
      } catch (StatusRuntimeException error) {
        answers.add(error.getStatus().getCode().name());
      }
    }
    System.out.println(answers);
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    System.exit(0);
  }
}
