// ttrpccheck calls hearthd's fast lane with containerd's ttrpc library: unary, many at once, errors, deadline.
//
//	ttrpccheck SOCKET MODEL VALUE...
//
// It prints the score of the values and the model_id that answered; anything unexpected ends it with status 1.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"hearthcheck/wire"
)

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
	connection, err := net.Dial("unix", socket)
	check(err, "dial")
	client := ttrpc.NewClient(connection)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	request := wire.PredictRequest(model, values)
	ask := func() (float64, string) {
		var reply wire.Raw
		check(client.Call(ctx, "hearth.v1.Inference", "Predict", request, &reply), "Predict")
		score, version, err := wire.Scores(reply.Bytes)
		check(err, "the reply")
		return score, version
	}
	score, version := ask()

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
	call := func(service string, request *wire.Raw) error {
		return client.Call(ctx, service, "Predict", request, &reply)
	}
	expect(call("hearth.v1.Inference", wire.PredictRequest("isolation_forest.none", values)), codes.NotFound,
		"isolation_forest.none")
	expect(call("none.Such", request), codes.Unimplemented, "none.Such")
	fmt.Println(strconv.FormatFloat(score, 'g', -1, 64), version)
}
