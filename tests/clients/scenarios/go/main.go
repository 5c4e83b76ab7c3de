// grpc-go: `scenarios ADDRESS SCENARIO[=ARGUMENT]...` prints what came of each as one line of JSON.
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	most     = 4 << 20
	patience = 20 * time.Second
)

// raw lets messages pass as the bytes that they are.
type raw struct{}

func (raw) Name() string                          { return "proto" }
func (raw) Marshal(message any) ([]byte, error)   { return message.([]byte), nil }
func (raw) Unmarshal(data []byte, into any) error { *into.(*[]byte) = bytes.Clone(data); return nil }

type scenarios struct {
	address    string
	connection *grpc.ClientConn
}

func open(address string, options ...grpc.DialOption) *grpc.ClientConn {
	options = append(options,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithAuthority("localhost"),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.WaitForReady(true), grpc.MaxCallRecvMsgSize(2*most)))
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		panic(err)
	}
	return connection
}

func patient() context.Context {
	ctx, _ := context.WithTimeout(context.Background(), patience)
	return ctx
}

func ask(ctx context.Context, on *grpc.ClientConn, path string, message []byte, options ...grpc.CallOption) ([]byte, error) {
	var answer []byte
	err := on.Invoke(ctx, path, message, &answer, options...)
	return answer, err
}

// echo asks the echo service, and wants an answer.
func (s *scenarios) echo(path string, message string) string {
	answer, err := ask(patient(), s.connection, "/echo.Echo/"+path, []byte(message))
	if err != nil {
		panic(err)
	}
	return string(answer)
}

// until is what a method answers at last: the wanted, or after too long something else.
func (s *scenarios) until(path, wanted string) string {
	end := time.Now().Add(patience)
	answer := s.echo(path, "")
	for answer != wanted && time.Now().Before(end) {
		time.Sleep(20 * time.Millisecond)
		answer = s.echo(path, "")
	}
	return answer
}

func (s *scenarios) unary(string) any { return s.echo("Unary", "hello") }

func (s *scenarios) deadline(string) any {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := ask(ctx, s.connection, "/echo.Echo/Wait", nil)
	return []any{status.Code(err), s.until("Waiting", "0")}
}

func (s *scenarios) cancellation(string) any {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan codes.Code)
	go func() {
		_, err := ask(ctx, s.connection, "/echo.Echo/Wait", nil)
		ended <- status.Code(err)
	}()
	waiting := s.until("Waiting", "1")
	cancel()
	return []any{waiting, <-ended, s.until("Waiting", "0")}
}

func (s *scenarios) metadata(traceparent string) any {
	ctx := metadata.AppendToOutgoingContext(patient(),
		"traceparent", traceparent, "k-bin", "\x00\xff\xfe\x80", "twice", "a", "twice", "b")
	answer, err := ask(ctx, s.connection, "/echo.Echo/Metadata", nil)
	if err != nil {
		panic(err)
	}
	return string(answer)
}

func (s *scenarios) details(string) any {
	var trailer metadata.MD
	_, err := ask(patient(), s.connection, "/echo.Echo/Fail", nil, grpc.Trailer(&trailer))
	details := trailer.Get("grpc-status-details-bin")[0]
	return []any{status.Code(err), status.Convert(err).Message(), hex.EncodeToString([]byte(details)), trailer.Get("plain")[0]}
}

func (s *scenarios) large(string) any {
	thereAndBack := s.echo("Unary", strings.Repeat("x", most)) == strings.Repeat("x", most)
	_, err := ask(patient(), s.connection, "/echo.Echo/Unary", make([]byte, most+1))
	return []any{thereAndBack, status.Code(err), s.echo("Unary", "on")}
}

func (s *scenarios) stream(path string, messages ...[]byte) grpc.ClientStream {
	stream, err := s.connection.NewStream(patient(), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, path)
	if err != nil {
		panic(err)
	}
	for _, each := range messages {
		if err := stream.SendMsg(each); err != nil {
			panic(err)
		}
	}
	return stream
}

func (s *scenarios) streaming(string) any {
	talk, answers, count := s.stream("/echo.Echo/Converse"), 0, 0
	var answer []byte
	for number := range 100 {
		if talk.SendMsg([]byte(strconv.Itoa(number))) == nil && talk.RecvMsg(&answer) == nil && string(answer) == strconv.Itoa(number) {
			answers++
		}
	}
	talk.CloseSend()
	message := bytes.Repeat([]byte("q"), 100_000)
	burst := s.stream("/echo.Echo/Burst", message)
	burst.CloseSend()
	for burst.RecvMsg(&answer) == nil {
		if bytes.Equal(answer, message) {
			count++
		}
	}
	return []any{answers, count}
}

func (s *scenarios) connections(count string) any {
	many, _ := strconv.Atoi(count)
	opened := make([]*grpc.ClientConn, many)
	answers := make(chan bool, many)
	for n := range opened {
		opened[n] = open(s.address)
		defer opened[n].Close()
		go func() {
			answer, _ := ask(patient(), opened[n], "/echo.Echo/Unary", []byte("a"))
			answers <- string(answer) == "a"
		}()
	}
	answered := 0
	for range opened {
		if <-answers {
			answered++
		}
	}
	told, _ := ask(patient(), opened[0], "/echo.Echo/Connections", nil)
	return []any{answered, string(told)}
}

// drain asks without a pause, half of it calls that take time, until two servers answered enough.
func (s *scenarios) drain(argument string) any {
	enough, _ := strconv.Atoi(argument)
	end, asked, told, failed := time.Now().Add(patience), 0, map[string]int{}, map[string]int{}
	var lock sync.Mutex
	var callers sync.WaitGroup
	isGoingOn := func() bool {
		lock.Lock()
		defer lock.Unlock()
		done := 0
		for _, each := range told {
			if each >= enough {
				done++
			}
		}
		return time.Now().Before(end) && done < 2
	}
	for n := range 8 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for isGoingOn() {
				answer, err := ask(patient(), s.connection, "/echo.Echo/"+[]string{"Who", "Later"}[n%2], nil)
				lock.Lock()
				if err != nil {
					failed[strconv.Itoa(int(status.Code(err)))]++
				} else {
					told[string(answer)]++
				}
				if asked++; asked == enough {
					fmt.Println("under way")
				}
				lock.Unlock()
			}
		}()
	}
	callers.Wait()
	return map[string]any{"asked": asked, "told": told, "failed": failed}
}

func (s *scenarios) keepalive(argument string) any {
	idle, _ := time.ParseDuration(argument + "s")
	// grpc-go takes no less than 10 seconds.
	pinging := keepalive.ClientParameters{Time: 10 * time.Second, PermitWithoutStream: true}
	s = &scenarios{s.address, open(s.address, grpc.WithKeepaliveParams(pinging))}
	defer s.connection.Close()
	before := strings.Fields(s.echo("Line", ""))
	time.Sleep(idle) // idle on purpose: only pings go to and fro
	after := strings.Fields(s.echo("Line", ""))
	pings, _ := strconv.Atoi(after[1])
	return []any{before[0] == after[0], pings}
}

func unhex(digits string) []byte {
	message, _ := hex.DecodeString(digits)
	return message
}

func (s *scenarios) check(request string) any {
	answer, _ := ask(patient(), s.connection, "/authz.v1.AuthorizationService/Check", unhex(request))
	return hex.EncodeToString(answer)
}

func (s *scenarios) streamCheck(request string) any {
	talk := s.stream("/authz.v1.AuthorizationService/StreamCheck", slices.Repeat([][]byte{unhex(request)}, 10)...)
	answers, answer := []string{}, []byte{}
	talk.CloseSend()
	for talk.RecvMsg(&answer) == nil {
		answers = append(answers, hex.EncodeToString(answer))
	}
	return answers
}

func (s *scenarios) watch(string) any {
	var answer []byte
	stream := s.stream("/authz.v1.AuthorizationService/WatchRevision", []byte{})
	stream.CloseSend()
	stream.RecvMsg(&answer)
	return hex.EncodeToString(answer)
}

func (s *scenarios) health(string) any {
	answer, _ := ask(patient(), s.connection, "/grpc.health.v1.Health/Check", nil)
	return hex.EncodeToString(answer)
}

func main() {
	s := &scenarios{os.Args[1], open(os.Args[1])}
	known := map[string]func(string) any{
		"unary": s.unary, "deadline": s.deadline, "cancellation": s.cancellation, "metadata": s.metadata,
		"details": s.details, "large": s.large, "streaming": s.streaming, "connections": s.connections,
		"drain": s.drain, "keepalive": s.keepalive,
		"check": s.check, "stream_check": s.streamCheck, "watch": s.watch, "health": s.health,
	}
	outcomes := map[string]any{}
	for _, each := range os.Args[2:] {
		name, argument, _ := strings.Cut(each, "=")
		outcomes[name] = known[name](argument)
	}
	json.NewEncoder(os.Stdout).Encode(outcomes)
}
