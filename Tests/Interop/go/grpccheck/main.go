// grpccheck calls hearthd with Go's gRPC library: unary, many at once, errors, deadline, cancellation, a watch.
//
//	grpccheck SOCKET MODEL VALUE...
//
// It prints the score of the values and the model_id that answered; anything unexpected ends it with status 1.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"hearthcheck/wire"
)

const predict = "/hearth.v1.Inference/Predict"

type rawCodec struct{}

func (rawCodec) Marshal(v interface{}) ([]byte, error)      { return v.(*wire.Raw).Marshal() }
func (rawCodec) Unmarshal(data []byte, v interface{}) error { return v.(*wire.Raw).Unmarshal(data) }
func (rawCodec) Name() string                               { return "proto" }

func check(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func expect(err error, code codes.Code, text string) {
	if status.Code(err) != code || !strings.Contains(status.Convert(err).Message(), text) {
		log.Fatalf("found %v; expected %v with %q", err, code, text)
	}
}

func main() {
	log.SetFlags(0)
	socket, model := os.Args[1], os.Args[2]
	var values []float64
	for _, text := range os.Args[3:] {
		value, err := strconv.ParseFloat(text, 64)
		check(err, "a value")
		values = append(values, value)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	connection, err := grpc.DialContext(ctx, "unix://"+socket, grpc.WithInsecure(), grpc.WithBlock(),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, PermitWithoutStream: true}))
	check(err, "dial")
	defer connection.Close()

	request := wire.PredictRequest(model, values)
	ask := func(options ...grpc.CallOption) (float64, string) {
		var reply wire.Raw
		check(connection.Invoke(ctx, predict, request, &reply, options...), "Predict")
		score, version, err := wire.Scores(reply.Bytes)
		check(err, "the reply")
		return score, version
	}
	score, version := ask()
	if again, _ := ask(grpc.UseCompressor(gzip.Name)); again != score {
		log.Fatalf("gzip: %v instead of %v", again, score)
	}

	var wait sync.WaitGroup
	for worker := 0; worker < 50; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for call := 0; call < 100; call++ {
				if again, _ := ask(); again != score {
					log.Fatalf("%v instead of %v", again, score)
				}
			}
		}()
	}
	wait.Wait()

	var reply wire.Raw
	err = connection.Invoke(ctx, predict, wire.PredictRequest("isolation_forest.none", values), &reply)
	expect(err, codes.NotFound, "isolation_forest.none")
	err = connection.Invoke(ctx, predict, wire.PredictRequest("größe %41", values), &reply)
	if !strings.Contains(status.Convert(err).Message(), "größe %41") {
		log.Fatalf("the message in UTF-8: %v", err)
	}
	expect(connection.Invoke(ctx, "/none.Such/Call", request, &reply), codes.Unimplemented, "none.Such")
	past, end := context.WithTimeout(ctx, time.Nanosecond)
	expect(connection.Invoke(past, predict, request, &reply), codes.DeadlineExceeded, "")
	end()
	with := metadata.AppendToOutgoingContext(ctx, "x-request-id", "1", "trace-bin", "\x00\xff")
	check(connection.Invoke(with, predict, request, &reply), "metadata")

	watching, stop := context.WithCancel(ctx)
	stream, err := connection.NewStream(watching, &grpc.StreamDesc{ServerStreams: true}, "/hearth.v1.Models/Watch")
	check(err, "Watch")
	check(stream.SendMsg(wire.ModelRequest(model)), "Watch")
	check(stream.CloseSend(), "Watch")
	check(stream.RecvMsg(&reply), "the first event")
	if !strings.Contains(string(reply.Bytes), version) {
		log.Fatalf("the first event does not name %s", version)
	}
	stop()
	expect(stream.RecvMsg(&reply), codes.Canceled, "")
	fmt.Println(strconv.FormatFloat(score, 'g', -1, 64), version)
}
