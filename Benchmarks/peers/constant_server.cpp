// A gRPC server by C++ gRPC's asynchronous API that answers hearth.v1.Inference/Predict with the same reply always: what
// gRPC itself costs, without a model.
//
//   constant_server SOCKET REPLY-FILE THREADS
//
// REPLY-FILE holds a hearth.v1.PredictResponse. Each thread has a completion queue of its own. SIGTERM ends it.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "hearth/v1/inference.grpc.pb.h"

namespace {

using hearth::v1::Inference;
using hearth::v1::PredictRequest;
using hearth::v1::PredictResponse;

// Calls that wait to be taken, per thread: as many as streams come at once, or the library queues them elsewhere.
constexpr int kWaitingCalls = 256;

// One call from its arrival to its end; then it waits for the next.
class Call {
public:
    Call(Inference::AsyncService& service, grpc::ServerCompletionQueue& queue, const PredictResponse& reply)
        : service_(service), queue_(queue), reply_(reply) {
        listen();
    }

    void proceed(bool ok) {
        if (isAnswered_) {
            listen();
        } else if (ok) {
            isAnswered_ = true;
            writer_->Finish(reply_, grpc::Status::OK, this);
        }
    }

private:
    void listen() {
        isAnswered_ = false;
        context_.reset(new grpc::ServerContext);
        writer_.reset(new grpc::ServerAsyncResponseWriter<PredictResponse>(context_.get()));
        request_.Clear();
        service_.RequestPredict(context_.get(), &request_, writer_.get(), &queue_, &queue_, this);
    }

    Inference::AsyncService& service_;
    grpc::ServerCompletionQueue& queue_;
    const PredictResponse& reply_;
    std::unique_ptr<grpc::ServerContext> context_;
    std::unique_ptr<grpc::ServerAsyncResponseWriter<PredictResponse>> writer_;
    PredictRequest request_;
    bool isAnswered_ = false;
};

void serve(Inference::AsyncService& service, grpc::ServerCompletionQueue& queue, const PredictResponse& reply) {
    std::vector<std::unique_ptr<Call>> calls;
    for (int index = 0; index < kWaitingCalls; ++index) {
        calls.emplace_back(new Call(service, queue, reply));
    }
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
        static_cast<Call*>(tag)->proceed(ok);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "constant_server SOCKET REPLY-FILE THREADS\n";
        return 2;
    }
    std::ifstream file(arguments[2], std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    PredictResponse reply;
    if (bytes.empty() || !reply.ParseFromString(bytes)) {
        std::cerr << arguments[2] << " holds no hearth.v1.PredictResponse\n";
        return 1;
    }
    // Before any thread is there: all of them leave the signals to sigwait.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    Inference::AsyncService service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("unix:") + arguments[1], grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    for (int index = 0; index < std::atoi(arguments[3]); ++index) {
        queues.push_back(builder.AddCompletionQueue());
    }
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server) {
        std::cerr << "cannot listen on " << arguments[1] << "\n";
        return 1;
    }
    std::vector<std::thread> threads;
    for (const auto& queue : queues) {
        threads.emplace_back(serve, std::ref(service), std::ref(*queue), std::cref(reply));
    }
    int signal = 0;
    sigwait(&signals, &signal);
    // The calls that wait belong to the threads, which end with the process: nothing has to be taken down.
    std::quick_exit(0);
}
