// go run . ADDRESS < questions.json: asks every question, prints the answers.
//
// The stubs in package authzv1 are made from protos/authz/v1/authz.proto by protoc-gen-go and protoc-gen-go-grpc.
package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"ask-authz/authzv1"
)

// check fails closed: without an answer that has allowed true, the caller must deny.
func check(client authzv1.AuthorizationServiceClient, question *authzv1.CheckRequest) (*authzv1.CheckResponse, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return client.Check(ctx, question)
}

func main() {
	connection, err := grpc.NewClient(os.Args[1],
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithAuthority("localhost"), // a Unix socket has no host name
		grpc.WithNoProxy(),              // the proxy that HTTPS_PROXY names is not the sidecar
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second}))
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	client := authzv1.NewAuthorizationServiceClient(connection)

	var questions []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	answers := []any{}
	for _, text := range questions {
		question := &authzv1.CheckRequest{}
		if err := protojson.Unmarshal(text, question); err != nil {
			panic(err)
		}
		answer, err := check(client, question)
		if err != nil {
			answers = append(answers, status.Code(err).String())
		} else {
			answers = append(answers, []any{answer.Allowed, answer.Reason.String()})
		}
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
