// node ask.js ADDRESS PROTOS < questions.json: asks every question, prints the answers.
const fs = require("fs");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [address, protos] = process.argv.slice(2);
const definition = loader.loadSync("authz/v1/authz.proto", { includeDirs: [protos], keepCase: true, enums: String, defaults: true });
const { AuthorizationService } = grpc.loadPackageDefinition(definition).authz.v1;

// A Unix socket has no host name, so give it one, since servers refuse a path as authority. Use no proxy.
const options = { "grpc.default_authority": "localhost", "grpc.enable_http_proxy": 0, "grpc.keepalive_time_ms": 10000 };
const client = new AuthorizationService(address, grpc.credentials.createInsecure(), options);

// Everything except an answer with `allowed: true` is a denial, also an error or an exceeded deadline.
function check(question) {
  return new Promise((resolve, reject) => {
    client.Check(question, { deadline: Date.now() + 1000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

async function main() {
  const answers = [];
  for (const question of JSON.parse(fs.readFileSync(0, "utf8"))) {
    try {
      const answer = await check(question);
      answers.push([answer.allowed, answer.reason]);
    } catch (error) {
      answers.push(grpc.status[error.code]);
    }
  }
  console.log(JSON.stringify(answers));
  client.close();
}

main();
