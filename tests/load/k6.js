// k6 run tests/load/k6.js: a steady 2,000 checks a second on the example, for those who have k6 (https://k6.io).
import grpc from "k6/net/grpc";
import { check } from "k6";

const questions = open("./questions.jsonl").trim().split("\n").map(JSON.parse);
const client = new grpc.Client();
client.load(["../../protos"], "authz/v1/authz.proto");

export const options = {
  scenarios: {
    steady: { executor: "constant-arrival-rate", rate: 2000, timeUnit: "1s", duration: "30s", preAllocatedVUs: 50, maxVUs: 500 },
  },
  thresholds: { checks: ["rate==1"], grpc_req_duration: ["p(99)<50"] },
};

export default function () {
  if (__ITER === 0) {
    client.connect(__ENV.ADDRESS || "127.0.0.1:50051", { plaintext: !__ENV.TLS });
  }
  const question = questions[Math.floor(Math.random() * questions.length)];
  const answer = client.invoke("authz.v1.AuthorizationService/Check", question, { timeout: "1s" });
  check(answer, { answered: (each) => each && each.status === grpc.StatusOK });
}
