// @grpc/grpc-js: node scenarios.js ADDRESS SCENARIO[=ARGUMENT]... prints what came of each as one line of JSON.
const grpc = require("@grpc/grpc-js");

const MOST = 4 << 20;
const PATIENCE = 20_000;
const [address, ...wanted] = process.argv.slice(2);
const same = (message) => message; // messages are the bytes that they are
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function open(more = {}) {
  const options = { "grpc.default_authority": "localhost", "grpc.max_receive_message_length": -1, ...more };
  return new grpc.Client(address, grpc.credentials.createInsecure(), options);
}

const client = open();

// A call, and what comes of it: an answer or an error, never both.
function call(path, message = "", { on = client, metadata = new grpc.Metadata(), timeout = PATIENCE } = {}) {
  let under_way;
  metadata.setOptions({ waitForReady: true });
  const ended = new Promise((resolve) => {
    const options = { deadline: Date.now() + timeout };
    const heard = (error, answer) => resolve(error ? { error } : { answer });
    under_way = on.makeUnaryRequest(path, same, same, Buffer.from(message), metadata, options, heard);
  });
  return { ended, cancel: () => under_way.cancel() };
}

async function ask(path, message, options) {
  const { error, answer } = await call(`/echo.Echo/${path}`, message, options).ended;
  if (error) throw error;
  return answer.toString();
}

const failure = async (path, message, options) => (await call(`/echo.Echo/${path}`, message, options).ended).error;

// What a method answers at last: the wanted, or after too long something else.
async function until(path, wanted) {
  const end = Date.now() + PATIENCE;
  let answer;
  while ((answer = await ask(path)) !== wanted && Date.now() < end) await pause(20);
  return answer;
}

const deadline = () => ({ deadline: Date.now() + PATIENCE });

function watching(path, message) {
  return client.makeServerStreamRequest(path, same, same, Buffer.from(message), new grpc.Metadata(), deadline());
}

function talking(path) {
  return client.makeBidiStreamRequest(path, same, same, new grpc.Metadata(), deadline());
}

const scenarios = {
  unary: () => ask("Unary", "hello"),

  async deadline() {
    const error = await failure("Wait", "", { timeout: 200 });
    return [error.code, await until("Waiting", "0")];
  },

  async cancellation() {
    const waiting = call("/echo.Echo/Wait");
    const before = await until("Waiting", "1");
    waiting.cancel();
    return [before, (await waiting.ended).error.code, await until("Waiting", "0")];
  },

  metadata(traceparent) {
    const metadata = new grpc.Metadata();
    metadata.set("traceparent", traceparent);
    metadata.set("k-bin", Buffer.from("00fffe80", "hex"));
    metadata.add("twice", "a");
    metadata.add("twice", "b");
    return ask("Metadata", "", { metadata });
  },

  async details() {
    const error = await failure("Fail");
    const [details] = error.metadata.get("grpc-status-details-bin");
    return [error.code, error.details, details.toString("hex"), error.metadata.get("plain")[0]];
  },

  async large() {
    const whole = "x".repeat(MOST);
    const there_and_back = (await ask("Unary", whole)) === whole;
    return [there_and_back, (await failure("Unary", `${whole}x`)).code, await ask("Unary", "on")];
  },

  async streaming() {
    const talk = talking("/echo.Echo/Converse");
    const heard = talk[Symbol.asyncIterator]();
    let answers = 0;
    for (let number = 0; number < 100; number++) {
      talk.write(Buffer.from(`${number}`));
      answers += (await heard.next()).value.toString() === `${number}`;
    }
    talk.end();
    const message = "q".repeat(100_000);
    let count = 0;
    for await (const each of watching("/echo.Echo/Burst", message)) count += each.toString() === message;
    return [answers, count];
  },

  async connections(count) {
    const clients = Array.from({ length: Number(count) }, () => open({ "grpc.use_local_subchannel_pool": 1 }));
    const answers = await Promise.all(clients.map((on) => ask("Unary", "a", { on })));
    const told = await ask("Connections", "", { on: clients[0] });
    clients.forEach((each) => each.close());
    return [answers.filter((answer) => answer === "a").length, told];
  },

  // Asks without a pause, half of it calls that take time, until two servers answered enough.
  async drain(enough) {
    const end = Date.now() + PATIENCE;
    const told = {}, failed = {};
    let asked = 0;
    const is_going_on = () => Date.now() < end && Object.values(told).filter((each) => each >= Number(enough)).length < 2;
    async function keep_asking(path) {
      while (is_going_on()) {
        const { error, answer } = await call(`/echo.Echo/${path}`).ended;
        const [counts, key] = error ? [failed, error.code] : [told, answer.toString()];
        counts[key] = (counts[key] || 0) + 1;
        if (++asked === Number(enough)) console.log("under way");
      }
    }
    await Promise.all(["Who", "Later", "Who", "Later", "Who", "Later", "Who", "Later"].map(keep_asking));
    return { asked, told, failed };
  },

  async keepalive(seconds) {
    // A ping every tenth of a second is what the server lets pass for ever.
    const on = open({ "grpc.keepalive_time_ms": 100, "grpc.keepalive_permit_without_calls": 1 });
    const before = (await ask("Line", "", { on })).split(" ");
    await pause(1000 * seconds); // idle on purpose: only pings go to and fro
    const after = (await ask("Line", "", { on })).split(" ");
    on.close();
    return [before[0] === after[0], Number(after[1])];
  },

  async check(request) {
    const { answer } = await call("/authz.v1.AuthorizationService/Check", Buffer.from(request, "hex")).ended;
    return answer.toString("hex");
  },

  async stream_check(request) {
    const talk = talking("/authz.v1.AuthorizationService/StreamCheck");
    for (let number = 0; number < 10; number++) talk.write(Buffer.from(request, "hex"));
    talk.end();
    const answers = [];
    for await (const answer of talk) answers.push(answer.toString("hex"));
    return answers;
  },

  async watch() {
    const stream = watching("/authz.v1.AuthorizationService/WatchRevision", "");
    const answer = await new Promise((resolve) => stream.once("data", resolve));
    stream.on("error", () => {}); // the cancellation
    stream.cancel();
    return answer.toString("hex");
  },

  async health() {
    return (await call("/grpc.health.v1.Health/Check").ended).answer.toString("hex");
  },
};

async function main() {
  const outcomes = {};
  for (const each of wanted) {
    const [name, argument] = each.split("=");
    outcomes[name] = await scenarios[name](argument);
  }
  console.log(JSON.stringify(outcomes));
  client.close();
}

main();
