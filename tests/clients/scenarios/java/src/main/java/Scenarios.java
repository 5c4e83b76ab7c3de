import com.google.gson.Gson;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** grpc-java: Scenarios ADDRESS SCENARIO[=ARGUMENT]... prints what came of each as one line of JSON. */
public final class Scenarios {
  private static final int MOST = 4 << 20;
  private static final int PATIENCE = 20;
  private static final EventLoopGroup LOOPS = new EpollEventLoopGroup(2);
  private static final String AUTHZ = "authz.v1.AuthorizationService/";

  /** Lets messages pass as the bytes that they are. */
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        }
      };

  private final String address;
  private final ManagedChannel channel;

  private Scenarios(String address) {
    this.address = address;
    this.channel = builder().build();
  }

  /** A Unix socket needs Netty's epoll transport, and a host name for the authority. */
  private NettyChannelBuilder builder() {
    NettyChannelBuilder builder =
        address.startsWith("unix:")
            ? NettyChannelBuilder.forAddress(new DomainSocketAddress(address.substring("unix:".length())))
                .channelType(EpollDomainSocketChannel.class)
            : NettyChannelBuilder.forTarget(address).channelType(EpollSocketChannel.class);
    return builder.eventLoopGroup(LOOPS).usePlaintext().overrideAuthority("localhost").maxInboundMessageSize(2 * MOST);
  }

  private static ClientCall<byte[], byte[]> call(
      ManagedChannel on, String path, MethodDescriptor.MethodType type, CallOptions options) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(RAW, RAW).setType(type).setFullMethodName(path).build();
    return on.newCall(method, options.withWaitForReady());
  }

  private static CallOptions patient() {
    return CallOptions.DEFAULT.withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
  }

  private static byte[] ask(ManagedChannel on, String path, byte[] message) {
    return ClientCalls.blockingUnaryCall(call(on, path, MethodDescriptor.MethodType.UNARY, patient()), message);
  }

  private String echo(String method, String message) {
    return text(ask(channel, "echo.Echo/" + method, bytes(message)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int code(Throwable error) {
    return Status.fromThrowable(error).getCode().value();
  }

  /** What a method answers at last: the wanted, or after too long something else. */
  private String until(String method, String wanted) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    String answer = echo(method, "");
    while (!answer.equals(wanted) && System.nanoTime() < end) {
      Thread.sleep(20);
      answer = echo(method, "");
    }
    return answer;
  }

  private Object deadline() throws InterruptedException {
    CallOptions hasty = CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS);
    try {
      ClientCalls.blockingUnaryCall(
          call(channel, "echo.Echo/Wait", MethodDescriptor.MethodType.UNARY, hasty), new byte[0]);
      return "answered";
    } catch (StatusRuntimeException error) {
      return List.of(code(error), until("Waiting", "0"));
    }
  }

  private Object cancellation() throws InterruptedException {
    ClientCall<byte[], byte[]> call = call(channel, "echo.Echo/Wait", MethodDescriptor.MethodType.UNARY, patient());
    Future<byte[]> answer = ClientCalls.futureUnaryCall(call, new byte[0]);
    String before = until("Waiting", "1");
    call.cancel("enough", null);
    try {
      answer.get();
      return "answered";
    } catch (ExecutionException error) {
      return List.of(before, code(error.getCause()), until("Waiting", "0"));
    }
  }

  private Object metadata(String traceparent) {
    Metadata added = new Metadata();
    added.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
    added.put(Metadata.Key.of("k-bin", Metadata.BINARY_BYTE_MARSHALLER), HexFormat.of().parseHex("00fffe80"));
    added.put(Metadata.Key.of("twice", Metadata.ASCII_STRING_MARSHALLER), "a");
    added.put(Metadata.Key.of("twice", Metadata.ASCII_STRING_MARSHALLER), "b");
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(RAW, RAW)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("echo.Echo/Metadata")
            .build();
    return text(
        ClientCalls.blockingUnaryCall(
            io.grpc.ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(added)),
            method,
            patient(),
            new byte[0]));
  }

  private Object details() {
    try {
      return echo("Fail", "");
    } catch (StatusRuntimeException error) {
      Metadata trailers = error.getTrailers();
      byte[] details =
          trailers.get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));
      String plain = trailers.get(Metadata.Key.of("plain", Metadata.ASCII_STRING_MARSHALLER));
      return List.of(code(error), error.getStatus().getDescription(), HexFormat.of().formatHex(details), plain);
    }
  }

  private Object large() {
    String whole = "x".repeat(MOST);
    boolean thereAndBack = echo("Unary", whole).equals(whole);
    try {
      return echo("Unary", whole + "x");
    } catch (StatusRuntimeException error) {
      return List.of(thereAndBack, code(error), echo("Unary", "on"));
    }
  }

  /** Answers in their order, and an empty one at the end. */
  private static final class Heard implements StreamObserver<byte[]> {
    private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();

    @Override
    public void onNext(byte[] answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      answers.add(new byte[0]);
    }

    @Override
    public void onCompleted() {
      answers.add(new byte[0]);
    }

    private byte[] next() throws InterruptedException {
      byte[] answer = answers.poll(PATIENCE, TimeUnit.SECONDS);
      return answer == null ? new byte[0] : answer;
    }
  }

  private StreamObserver<byte[]> talk(String path, Heard heard) {
    return ClientCalls.asyncBidiStreamingCall(
        call(channel, path, MethodDescriptor.MethodType.BIDI_STREAMING, patient()), heard);
  }

  private Iterator<byte[]> watching(String path, byte[] message, CallOptions options) {
    return ClientCalls.blockingServerStreamingCall(
        call(channel, path, MethodDescriptor.MethodType.SERVER_STREAMING, options), message);
  }

  private Object streaming() throws InterruptedException {
    Heard heard = new Heard();
    StreamObserver<byte[]> talk = talk("echo.Echo/Converse", heard);
    int answers = 0;
    for (int number = 0; number < 100; number++) {
      talk.onNext(bytes("" + number));
      answers += text(heard.next()).equals("" + number) ? 1 : 0;
    }
    talk.onCompleted();
    byte[] message = bytes("q".repeat(100_000));
    int count = 0;
    for (Iterator<byte[]> burst = watching("echo.Echo/Burst", message, patient()); burst.hasNext(); ) {
      count += Arrays.equals(burst.next(), message) ? 1 : 0;
    }
    return List.of(answers, count);
  }

  private Object connections(int count) throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    List<Future<byte[]>> calls = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      ManagedChannel on = builder().build();
      channels.add(on);
      calls.add(
          ClientCalls.futureUnaryCall(
              call(on, "echo.Echo/Unary", MethodDescriptor.MethodType.UNARY, patient()), bytes("a")));
    }
    int answered = 0;
    for (Future<byte[]> call : calls) {
      answered += text(call.get()).equals("a") ? 1 : 0;
    }
    String told = text(ask(channels.get(0), "echo.Echo/Connections", new byte[0]));
    channels.forEach(ManagedChannel::shutdownNow);
    return List.of(answered, told);
  }

  /** Asks without a pause, half of it calls that take time, until two servers answered enough. */
  private Object drain(int enough) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    Map<String, Integer> told = new TreeMap<>();
    Map<Integer, Integer> failed = new TreeMap<>();
    int[] asked = {0};
    ExecutorService callers = Executors.newFixedThreadPool(8);
    List<Future<?>> ended = new ArrayList<>();
    for (String path : List.of("Who", "Later", "Who", "Later", "Who", "Later", "Who", "Later")) {
      ended.add(
          callers.submit(
              () -> {
                boolean isGoingOn = true;
                while (isGoingOn) {
                  String answer = null;
                  int code = 0;
                  try {
                    answer = echo(path, "");
                  } catch (StatusRuntimeException error) {
                    code = code(error);
                  }
                  synchronized (told) {
                    if (answer == null) {
                      failed.merge(code, 1, Integer::sum);
                    } else {
                      told.merge(answer, 1, Integer::sum);
                    }
                    if (++asked[0] == enough) {
                      System.out.println("under way");
                    }
                    long done = told.values().stream().filter(each -> each >= enough).count();
                    isGoingOn = done < 2 && System.nanoTime() < end;
                  }
                }
              }));
    }
    for (Future<?> each : ended) {
      each.get();
    }
    callers.shutdown();
    return Map.of("asked", asked[0], "told", told, "failed", failed);
  }

  private Object keepalive(double seconds) throws InterruptedException {
    // grpc-java takes no less than 10 seconds.
    ManagedChannel on = builder().keepAliveTime(10, TimeUnit.SECONDS).keepAliveWithoutCalls(true).build();
    String[] before = text(ask(on, "echo.Echo/Line", new byte[0])).split(" ");
    Thread.sleep((long) (1000 * seconds)); // idle on purpose: only pings go to and fro
    String[] after = text(ask(on, "echo.Echo/Line", new byte[0])).split(" ");
    on.shutdownNow();
    return List.of(before[0].equals(after[0]), Integer.valueOf(after[1]));
  }

  private Object hex(String path, String request) {
    return HexFormat.of().formatHex(ask(channel, path, HexFormat.of().parseHex(request)));
  }

  private Object streamCheck(String request) throws InterruptedException {
    Heard heard = new Heard();
    StreamObserver<byte[]> talk = talk(AUTHZ + "StreamCheck", heard);
    for (int number = 0; number < 10; number++) {
      talk.onNext(HexFormat.of().parseHex(request));
    }
    talk.onCompleted();
    List<String> answers = new ArrayList<>();
    for (byte[] answer = heard.next(); answer.length > 0; answer = heard.next()) {
      answers.add(HexFormat.of().formatHex(answer));
    }
    return answers;
  }

  private Object watch() {
    return HexFormat.of().formatHex(watching(AUTHZ + "WatchRevision", new byte[0], patient()).next());
  }

  private Object play(String name, String argument) throws Exception {
    return switch (name) {
      case "unary" -> echo("Unary", "hello");
      case "deadline" -> deadline();
      case "cancellation" -> cancellation();
      case "metadata" -> metadata(argument);
      case "details" -> details();
      case "large" -> large();
      case "streaming" -> streaming();
      case "connections" -> connections(Integer.parseInt(argument));
      case "drain" -> drain(Integer.parseInt(argument));
      case "keepalive" -> keepalive(Double.parseDouble(argument));
      case "check" -> hex(AUTHZ + "Check", argument);
      case "health" -> hex("grpc.health.v1.Health/Check", "");
      case "stream_check" -> streamCheck(argument);
      case "watch" -> watch();
      default -> throw new IllegalArgumentException(name);
    };
  }

  public static void main(String[] arguments) throws Exception {
    Scenarios scenarios = new Scenarios(arguments[0]);
    Map<String, Object> outcomes = new LinkedHashMap<>();
    for (String wanted : Arrays.asList(arguments).subList(1, arguments.length)) {
      String[] parts = wanted.split("=", 2);
      outcomes.put(parts[0], scenarios.play(parts[0], parts.length > 1 ? parts[1] : ""));
    }
    System.out.println(new Gson().toJson(outcomes));
    System.exit(0);
  }
}
