module ask-authz

go 1.22

require (
	google.golang.org/grpc v1.68.0
	google.golang.org/protobuf v1.35.2
)
