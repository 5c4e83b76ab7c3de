//! tonic: `scenarios ADDRESS SCENARIO[=ARGUMENT]...` prints what came of each as one line of JSON.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{Buf, BufMut, Bytes};
use hyper_util::rt::TokioIo;
use serde_json::{json, Value};
use tokio::net::UnixStream;
use tokio_stream::{Stream, StreamExt};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};

const MOST: usize = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets messages pass as the bytes that they are.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;
    fn encoder(&mut self) -> Raw {
        Raw
    }
    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let size = from.remaining();
        Ok(Some(from.copy_to_bytes(size)))
    }
}

#[derive(Clone)]
struct Client {
    channel: Channel,
}

impl Client {
    fn open(address: &str) -> Client {
        Client::on(address, |endpoint| endpoint)
    }

    /// A Unix socket has no host name: the connector goes there, whatever the endpoint is called.
    fn on(address: &str, with: impl Fn(Endpoint) -> Endpoint) -> Client {
        let channel = match address.strip_prefix("unix:") {
            None => with(Endpoint::from_shared(format!("http://{address}")).unwrap()).connect_lazy(),
            Some(path) => {
                let path = path.to_owned();
                let connector = tower::service_fn(move |_| {
                    let path = path.clone();
                    async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(path).await?)) }
                });
                with(Endpoint::from_static("http://localhost")).connect_with_connector_lazy(connector)
            }
        };
        Client { channel }
    }

    async fn call(&self, path: &str, request: Request<Bytes>) -> Result<Bytes, Status> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone()).max_decoding_message_size(usize::MAX);
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = PathAndQuery::try_from(path).unwrap();
        Ok(grpc.unary(request, path, Raw).await?.into_inner())
    }

    async fn try_echo(&self, method: &str, message: impl Into<Bytes>) -> Result<Bytes, Status> {
        let mut request = Request::new(message.into());
        request.set_timeout(PATIENCE);
        self.call(&format!("/echo.Echo/{method}"), request).await
    }

    async fn echo(&self, method: &str, message: impl Into<Bytes>) -> String {
        let answer = self.try_echo(method, message).await.unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    }

    async fn talk(&self, path: &str, messages: impl Stream<Item = Bytes> + Send + 'static) -> Streaming<Bytes> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone()).max_decoding_message_size(usize::MAX);
        grpc.ready().await.unwrap();
        let path = PathAndQuery::try_from(path).unwrap();
        grpc.streaming(Request::new(messages), path, Raw).await.unwrap().into_inner()
    }

    /// What a method answers at last: the wanted, or after too long something else.
    async fn until(&self, method: &str, wanted: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.echo(method, "").await;
            if answer == wanted || Instant::now() > end {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn deadline(client: &Client) -> Value {
    let mut request = Request::new(Bytes::new());
    request.set_timeout(Duration::from_millis(200));
    let error = client.call("/echo.Echo/Wait", request).await.unwrap_err();
    json!([error.code() as i32, client.until("Waiting", "0").await])
}

/// Whoever drops a call cancels it; there is no status then, but for the one that is written here.
async fn cancellation(client: &Client) -> Value {
    let asking = client.clone();
    let call = tokio::spawn(async move { asking.try_echo("Wait", "").await });
    let before = client.until("Waiting", "1").await;
    call.abort();
    let is_cancelled = call.await.unwrap_err().is_cancelled();
    json!([before, i32::from(is_cancelled), client.until("Waiting", "0").await])
}

async fn metadata(client: &Client, traceparent: &str) -> Value {
    let mut request = Request::new(Bytes::new());
    let added = request.metadata_mut();
    added.insert("traceparent", traceparent.parse().unwrap());
    added.insert_bin("k-bin", MetadataValue::from_bytes(b"\x00\xff\xfe\x80"));
    added.append("twice", "a".parse().unwrap());
    added.append("twice", "b".parse().unwrap());
    let answer = client.call("/echo.Echo/Metadata", request).await.unwrap();
    json!(String::from_utf8(answer.to_vec()).unwrap())
}

async fn details(client: &Client) -> Value {
    let error = client.try_echo("Fail", "").await.unwrap_err();
    let plain = error.metadata().get("plain").unwrap().to_str().unwrap();
    json!([error.code() as i32, error.message(), hex(error.details()), plain])
}

async fn large(client: &Client) -> Value {
    let whole = Bytes::from(vec![b'x'; MOST]);
    let there_and_back = client.try_echo("Unary", whole.clone()).await.unwrap() == whole;
    let error = client.try_echo("Unary", vec![b'x'; MOST + 1]).await.unwrap_err();
    json!([there_and_back, error.code() as i32, client.echo("Unary", "on").await])
}

async fn streaming(client: &Client) -> Value {
    let (questions, receiver) = tokio::sync::mpsc::channel(1);
    let messages = tokio_stream::wrappers::ReceiverStream::new(receiver);
    questions.send(Bytes::from("0")).await.unwrap(); // the answer's head comes with its first message
    let mut talk = client.talk("/echo.Echo/Converse", messages).await;
    let mut answers = 0;
    for number in 1..=100 {
        answers += usize::from(talk.message().await.unwrap().unwrap() == format!("{}", number - 1));
        if number < 100 {
            questions.send(Bytes::from(number.to_string())).await.unwrap();
        }
    }
    drop(questions);
    let message = Bytes::from(vec![b'q'; 100_000]);
    let mut burst = client.talk("/echo.Echo/Burst", tokio_stream::once(message.clone())).await;
    let mut count = 0;
    while let Some(each) = burst.message().await.unwrap() {
        count += usize::from(each == message);
    }
    json!([answers, count])
}

async fn connections(address: &str, count: usize) -> Value {
    let clients: Vec<_> = (0..count).map(|_| Client::open(address)).collect();
    let mut calls = Vec::new();
    for client in clients.clone() {
        calls.push(tokio::spawn(async move { client.echo("Unary", "a").await }));
    }
    let mut answered = 0;
    for call in calls {
        answered += usize::from(call.await.unwrap() == "a");
    }
    json!([answered, clients[0].echo("Connections", "").await])
}

#[derive(Default)]
struct Tally {
    asked: usize,
    told: BTreeMap<String, usize>,
    failed: BTreeMap<String, usize>,
}

/// Asks without a pause, half of it calls that take time, until two servers answered enough.
async fn drain(client: &Client, enough: usize) -> Value {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let end = Instant::now() + PATIENCE;
    let mut callers = Vec::new();
    for number in 0..8 {
        let (client, tally) = (client.clone(), tally.clone());
        callers.push(tokio::spawn(async move {
            let is_going_on = || {
                let done = tally.lock().unwrap().told.values().filter(|&&each| each >= enough).count();
                done < 2 && Instant::now() < end
            };
            while is_going_on() {
                let heard = client.try_echo(["Who", "Later"][number % 2], "").await;
                let mut tally = tally.lock().unwrap();
                tally.asked += 1;
                match heard {
                    Ok(answer) => *tally.told.entry(String::from_utf8(answer.to_vec()).unwrap()).or_default() += 1,
                    Err(error) => *tally.failed.entry((error.code() as i32).to_string()).or_default() += 1,
                }
                if tally.asked == enough {
                    println!("under way");
                    std::io::stdout().flush().unwrap();
                }
            }
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
    let tally = tally.lock().unwrap();
    json!({"asked": tally.asked, "told": tally.told, "failed": tally.failed})
}

async fn keepalive(address: &str, seconds: f64) -> Value {
    // A ping every tenth of a second is what the server lets pass for ever.
    let every = Duration::from_millis(100);
    let client = Client::on(address, |endpoint| endpoint.http2_keep_alive_interval(every).keep_alive_while_idle(true));
    let before = client.echo("Line", "").await;
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await; // idle on purpose: only pings go to and fro
    let after = client.echo("Line", "").await;
    let (connection, pings) = after.split_once(' ').unwrap();
    json!([before.starts_with(connection), pings.parse::<usize>().unwrap()])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Bytes {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

async fn ask(client: &Client, path: &str, request: &str) -> Value {
    json!(hex(&client.call(path, Request::new(unhex(request))).await.unwrap()))
}

async fn stream_check(client: &Client, request: &str) -> Value {
    let messages = tokio_stream::iter(vec![unhex(request); 10]);
    let mut talk = client.talk("/authz.v1.AuthorizationService/StreamCheck", messages).await;
    let mut answers = Vec::new();
    while let Some(answer) = talk.message().await.unwrap() {
        answers.push(hex(&answer));
    }
    json!(answers)
}

async fn watch(client: &Client) -> Value {
    let mut stream = client.talk("/authz.v1.AuthorizationService/WatchRevision", tokio_stream::once(Bytes::new())).await;
    json!(hex(&stream.next().await.unwrap().unwrap()))
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap();
    let client = Client::open(&address);
    let mut outcomes = BTreeMap::new();
    for wanted in std::env::args().skip(2) {
        let (name, argument) = wanted.split_once('=').unwrap_or((&wanted, ""));
        let outcome = match name {
            "unary" => json!(client.echo("Unary", "hello").await),
            "deadline" => deadline(&client).await,
            "cancellation" => cancellation(&client).await,
            "metadata" => metadata(&client, argument).await,
            "details" => details(&client).await,
            "large" => large(&client).await,
            "streaming" => streaming(&client).await,
            "connections" => connections(&address, argument.parse().unwrap()).await,
            "drain" => drain(&client, argument.parse().unwrap()).await,
            "keepalive" => keepalive(&address, argument.parse().unwrap()).await,
            "check" => ask(&client, "/authz.v1.AuthorizationService/Check", argument).await,
            "health" => ask(&client, "/grpc.health.v1.Health/Check", "").await,
            "stream_check" => stream_check(&client, argument).await,
            "watch" => watch(&client).await,
            _ => panic!("no scenario {name}"),
        };
        outcomes.insert(name.to_owned(), outcome);
    }
    println!("{}", json!(outcomes));
}
