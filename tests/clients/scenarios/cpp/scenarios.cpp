// C++ (libgrpc++): `scenarios ADDRESS SCENARIO[=ARGUMENT]...` prints what came of each as one line of JSON.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using std::string;
using Clock = std::chrono::system_clock;
using std::chrono::milliseconds;

constexpr size_t kMost = 4 << 20;
constexpr milliseconds kPatience{20'000};
const string kAuthz = "/authz.v1.AuthorizationService/";

// What is printed: values that are JSON already.
string Quoted(const string& text) {
  string quoted = "\"";
  for (char each : text) {
    if (each == '"' || each == '\\') quoted += '\\';
    quoted += each;
  }
  return quoted + '"';
}

string Joined(const std::vector<string>& values, char first, char last) {
  string joined(1, first);
  for (const string& each : values) joined += (joined.size() > 1 ? "," : "") + each;
  return joined + last;
}

string List(const std::vector<string>& values) { return Joined(values, '[', ']'); }

string Number(long number) { return std::to_string(number); }

string Truth(bool is_true) { return is_true ? "true" : "false"; }

template <class Key>
string Counts(const std::map<Key, int>& counts, const std::function<string(Key)>& name) {
  std::vector<string> pairs;
  for (const auto& [key, count] : counts) pairs.push_back(Quoted(name(key)) + ":" + Number(count));
  return Joined(pairs, '{', '}');
}

string Hex(const string& bytes) {
  string digits;
  for (unsigned char each : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", each);
    digits += two;
  }
  return digits;
}

string Unhex(const string& digits) {
  string bytes;
  for (size_t at = 0; at < digits.size(); at += 2) bytes += char(std::stoi(digits.substr(at, 2), nullptr, 16));
  return bytes;
}

// Messages are the bytes that they are.
grpc::ByteBuffer Buffer(const string& message) {
  grpc::Slice slice(message);
  return grpc::ByteBuffer(&slice, 1);
}

string Text(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

// A call of one question and one answer, under way until `End`.
struct Call {
  grpc::ClientContext context;
  grpc::ByteBuffer question, answer;
  // Shared, since it may be destroyed here as soon as it is set there.
  std::shared_ptr<std::promise<grpc::Status>> ended = std::make_shared<std::promise<grpc::Status>>();

  explicit Call(milliseconds patience = kPatience) {
    context.set_deadline(Clock::now() + patience);
    context.set_wait_for_ready(true);
  }

  void Start(grpc::GenericStub& on, const string& path, const string& message) {
    question = Buffer(message);
    on.UnaryCall(&context, path, grpc::StubOptions(), &question, &answer,
                 [ended = ended](grpc::Status status) { ended->set_value(std::move(status)); });
  }

  grpc::Status End() { return ended->get_future().get(); }
};

// A conversation, one step after the other.
class Talk {
 public:
  Talk(grpc::GenericStub& on, const string& path) {
    context_.set_deadline(Clock::now() + kPatience);
    stream_ = on.PrepareCall(&context_, path, &queue_);
    stream_->StartCall(this);
    Step();
  }

  ~Talk() {
    context_.TryCancel();
    grpc::Status status;
    stream_->Finish(&status, this);
    Step();
    queue_.Shutdown();
  }

  bool Say(const string& message) {
    stream_->Write(Buffer(message), this);
    return Step();
  }

  void Done() {
    stream_->WritesDone(this);
    Step();
  }

  bool Hear(string* message) {
    grpc::ByteBuffer answer;
    stream_->Read(&answer, this);
    bool is_there = Step();
    *message = Text(answer);
    return is_there;
  }

 private:
  bool Step() {
    void* tag;
    bool is_ok = false;
    return queue_.Next(&tag, &is_ok) && is_ok;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

class Scenarios {
 public:
  explicit Scenarios(const string& address) : address_(address), stub_(Open()) {}

  string Play(const string& name, const string& argument) {
    if (name == "unary") return Quoted(Echo("Unary", "hello"));
    if (name == "deadline") return Deadline();
    if (name == "cancellation") return Cancellation();
    if (name == "metadata") return Metadata(argument);
    if (name == "details") return Details();
    if (name == "large") return Large();
    if (name == "streaming") return Streaming();
    if (name == "connections") return Connections(std::stoi(argument));
    if (name == "drain") return Drain(std::stoi(argument));
    if (name == "keepalive") return Keepalive(std::stod(argument));
    if (name == "check") return Quoted(Hex(Ask(stub_, kAuthz + "Check", Unhex(argument))));
    if (name == "health") return Quoted(Hex(Ask(stub_, "/grpc.health.v1.Health/Check", "")));
    if (name == "stream_check") return StreamCheck(Unhex(argument));
    if (name == "watch") return Watch();
    std::abort();
  }

 private:
  grpc::GenericStub Open(bool is_pinging = false) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
    arguments.SetMaxReceiveMessageSize(-1);
    if (is_pinging) {
      arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);  // the core takes no less
      arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
      arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    }
    return grpc::GenericStub(grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
  }

  static string Ask(grpc::GenericStub& on, const string& path, const string& message) {
    Call call;
    call.Start(on, path, message);
    grpc::Status status = call.End();
    if (!status.ok()) {
      std::cerr << path << ": " << status.error_message() << std::endl;
      std::exit(1);
    }
    return Text(call.answer);
  }

  string Echo(const string& method, const string& message) { return Ask(stub_, "/echo.Echo/" + method, message); }

  // What a method answers at last: the wanted, or after too long something else.
  string Until(const string& method, const string& wanted) {
    auto end = Clock::now() + kPatience;
    string answer = Echo(method, "");
    while (answer != wanted && Clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(20));
      answer = Echo(method, "");
    }
    return Quoted(answer);
  }

  string Deadline() {
    Call call(milliseconds(200));
    call.Start(stub_, "/echo.Echo/Wait", "");
    long code = call.End().error_code();
    return List({Number(code), Until("Waiting", "0")});
  }

  string Cancellation() {
    Call call;
    call.Start(stub_, "/echo.Echo/Wait", "");
    string before = Until("Waiting", "1");
    call.context.TryCancel();
    long code = call.End().error_code();
    return List({before, Number(code), Until("Waiting", "0")});
  }

  string Metadata(const string& traceparent) {
    Call call;
    call.context.AddMetadata("traceparent", traceparent);
    call.context.AddMetadata("k-bin", string("\0\xff\xfe\x80", 4));
    call.context.AddMetadata("twice", "a");
    call.context.AddMetadata("twice", "b");
    call.Start(stub_, "/echo.Echo/Metadata", "");
    call.End();
    return Quoted(Text(call.answer));
  }

  string Details() {
    Call call;
    call.Start(stub_, "/echo.Echo/Fail", "");
    grpc::Status status = call.End();
    const auto& plain = call.context.GetServerTrailingMetadata().find("plain")->second;
    return List({Number(status.error_code()), Quoted(status.error_message()), Quoted(Hex(status.error_details())),
                 Quoted(string(plain.data(), plain.size()))});
  }

  string Large() {
    string whole(kMost, 'x');
    bool there_and_back = Echo("Unary", whole) == whole;
    Call call;
    call.Start(stub_, "/echo.Echo/Unary", whole + "x");
    long code = call.End().error_code();
    return List({Truth(there_and_back), Number(code), Quoted(Echo("Unary", "on"))});
  }

  string Streaming() {
    string answer;
    int answers = 0, count = 0;
    Talk talk(stub_, "/echo.Echo/Converse");
    for (int number = 0; number < 100; number++) {
      answers += talk.Say(Number(number)) && talk.Hear(&answer) && answer == Number(number);
    }
    talk.Done();
    string message(100'000, 'q');
    Talk burst(stub_, "/echo.Echo/Burst");
    burst.Say(message);
    burst.Done();
    while (burst.Hear(&answer)) count += answer == message;
    return List({Number(answers), Number(count)});
  }

  string Connections(int count) {
    std::vector<grpc::GenericStub> stubs;
    std::vector<std::unique_ptr<Call>> calls;
    for (int number = 0; number < count; number++) stubs.push_back(Open());
    for (auto& each : stubs) {
      calls.push_back(std::make_unique<Call>());
      calls.back()->Start(each, "/echo.Echo/Unary", "a");
    }
    int answered = 0;
    for (auto& each : calls) answered += each->End().ok() && Text(each->answer) == "a";
    return List({Number(answered), Quoted(Ask(stubs[0], "/echo.Echo/Connections", ""))});
  }

  // Asks without a pause, half of it calls that take time, until two servers answered enough.
  string Drain(int enough) {
    std::map<string, int> told;
    std::map<long, int> failed;
    std::mutex lock;
    int asked = 0;
    auto end = Clock::now() + kPatience;
    auto keep_asking = [&](const string& path) {
      for (bool is_going_on = true; is_going_on;) {
        Call call;
        call.Start(stub_, path, "");
        grpc::Status status = call.End();
        std::lock_guard<std::mutex> held(lock);
        status.ok() ? told[Text(call.answer)]++ : failed[status.error_code()]++;
        if (++asked == enough) std::cout << "under way" << std::endl;
        int done = 0;
        for (const auto& each : told) done += each.second >= enough;
        is_going_on = done < 2 && Clock::now() < end;
      }
    };
    std::vector<std::thread> callers;
    for (int number = 0; number < 8; number++) {
      callers.emplace_back(keep_asking, number % 2 ? "/echo.Echo/Who" : "/echo.Echo/Later");
    }
    for (auto& each : callers) each.join();
    string answers = Counts<string>(told, [](string who) { return who; });
    return Joined({"\"asked\":" + Number(asked), "\"told\":" + answers, "\"failed\":" + Counts<long>(failed, Number)},
                  '{', '}');
  }

  string Keepalive(double seconds) {
    grpc::GenericStub stub = Open(true);
    string before = Ask(stub, "/echo.Echo/Line", "");
    std::this_thread::sleep_for(milliseconds(long(1000 * seconds)));  // idle on purpose: only pings go to and fro
    string after = Ask(stub, "/echo.Echo/Line", "");
    size_t space = after.find(' ');
    return List({Truth(before.substr(0, space + 1) == after.substr(0, space + 1)), after.substr(space + 1)});
  }

  string StreamCheck(const string& request) {
    Talk talk(stub_, kAuthz + "StreamCheck");
    for (int number = 0; number < 10; number++) talk.Say(request);
    talk.Done();
    std::vector<string> answers;
    for (string answer; talk.Hear(&answer);) answers.push_back(Quoted(Hex(answer)));
    return List(answers);
  }

  string Watch() {
    Talk talk(stub_, kAuthz + "WatchRevision");
    talk.Say("");
    talk.Done();
    string answer;
    talk.Hear(&answer);
    return Quoted(Hex(answer));
  }

  string address_;
  grpc::GenericStub stub_;
};

int main(int count, char** arguments) {
  Scenarios scenarios(arguments[1]);
  std::vector<string> outcomes;
  for (int number = 2; number < count; number++) {
    string wanted = arguments[number];
    size_t at = wanted.find('=');
    string name = wanted.substr(0, at);
    outcomes.push_back(Quoted(name) + ":" + scenarios.Play(name, at == string::npos ? "" : wanted.substr(at + 1)));
  }
  std::cout << Joined(outcomes, '{', '}') << std::endl;
}
