// C++ gRPC's blocking client: one call after the other, and how long each took.
//
//   predict_loop SOCKET REQUEST-FILE CALLS
//
// REQUEST-FILE holds a hearth.v1.PredictRequest. Prints p50 and p99 in microseconds and calls per second.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "hearth/v1/inference.grpc.pb.h"

int main(int count, char** arguments) {
    if (count != 4 || std::atoi(arguments[3]) < 100) {
        std::cerr << "predict_loop SOCKET REQUEST-FILE CALLS (100 or more)\n";
        return 2;
    }
    std::ifstream file(arguments[2], std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    hearth::v1::PredictRequest request;
    if (bytes.empty() || !request.ParseFromString(bytes)) {
        std::cerr << arguments[2] << " holds no hearth.v1.PredictRequest\n";
        return 1;
    }
    const auto channel =
        grpc::CreateChannel(std::string("unix:") + arguments[1], grpc::InsecureChannelCredentials());
    const auto stub = hearth::v1::Inference::NewStub(channel);
    using Clock = std::chrono::steady_clock;
    const int calls = std::atoi(arguments[3]);
    const int warmUp = calls / 10;
    std::vector<double> times;
    times.reserve(calls);
    Clock::time_point begin;
    for (int call = 0; call < warmUp + calls; ++call) {
        grpc::ClientContext context;
        hearth::v1::PredictResponse reply;
        const auto from = Clock::now();
        if (call == warmUp) {
            begin = from;
        }
        const grpc::Status status = stub->Predict(&context, request, &reply);
        const auto to = Clock::now();
        if (!status.ok() || reply.row_count() == 0) {
            std::cerr << "call " << call << ": " << status.error_message() << "\n";
            return 1;
        }
        if (call >= warmUp) {
            times.push_back(std::chrono::duration<double, std::micro>(to - from).count());
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::sort(times.begin(), times.end());
    std::cout << times[times.size() / 2] << " " << times[times.size() * 99 / 100] << " " << calls / seconds << "\n";
}
