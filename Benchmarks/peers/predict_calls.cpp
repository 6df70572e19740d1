// Calls of other libraries' C interfaces, timed without Python: the loop of `Benchmarks/predict`.
//
// Every call copies its rows into the library's preallocated input first, where the library lets one prepare its
// input once; that is the fastest way to call it. The libraries are those of the Python packages, so nothing is linked
// and no header is needed: functions come as addresses.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace {

double nanoseconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

// Passes through all rows until the time is over, after one that is not counted; nanoseconds a row, or -1.
template <typename Call>
double turn(Call call, int64_t rowCount, int64_t rowsPerCall, double milliseconds) {
    int64_t passCount = -1;
    double began = 0, taken = 0;
    do {
        for (int64_t first = 0; first < rowCount; first += rowsPerCall)
            if (!call(first)) return -1;
        if (++passCount == 0) began = nanoseconds();
        taken = nanoseconds() - began;
    } while (passCount == 0 || taken < milliseconds * 1e6);
    return taken / (passCount * rowCount);
}

// onnxruntime: Run with tensors over preallocated memory. `library` is what dlsym gives for OrtGetApiBase.
//
// OrtApi is a table of functions that only ever grows; these are the places of those used
// (onnxruntime_c_api.h).
struct OnnxSession {
    void **api, *session, *memory;
    const char *inputName, *outputName;
    void *input, *output;
    float *inputData, *outputData;
    int64_t columnCount, width, rowsPerCall;
};

enum { GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, Run = 9, CreateSessionOptions = 10, SetIntraOpNumThreads = 24,
       SetInterOpNumThreads = 25, CreateTensorWithData = 49, CreateCpuMemoryInfo = 69 };

template <typename... Arguments>
bool ask(void **api, int place, Arguments... arguments) {
    void *status = reinterpret_cast<void *(*)(Arguments...)>(api[place])(arguments...);
    if (status)
        std::fprintf(stderr, "onnxruntime: %s\n", reinterpret_cast<const char *(*)(void *)>(api[GetErrorMessage])(status));
    return status == nullptr;
}

}  // namespace

extern "C" {

// tl2cgen: the compiled function takes one row and adds to the result.
double tl2cgen_turn(void *function, int isFloat64, const void *rows, int64_t rowCount, int64_t columnCount,
                    int64_t width, void *results, int64_t rowsPerCall, double milliseconds) {
    const int64_t size = isFloat64 ? 8 : 4;
    auto predict = reinterpret_cast<void (*)(const void *, int, void *)>(function);
    auto call = [=](int64_t first) {
        for (int64_t row = first; row < first + rowsPerCall; row++) {
            char *result = static_cast<char *>(results) + row * width * size;
            std::memset(result, 0, width * size);
            predict(static_cast<const char *>(rows) + row * columnCount * size, 0, result);
        }
        return true;
    };
    return turn(call, rowCount, rowsPerCall, milliseconds);
}

// XGBoost: XGBoosterPredictFromDense on an array interface that names `input`.
double xgboost_turn(void *function, void *booster, const char *array, const char *config, float *input,
                    const float *rows, int64_t rowCount, int64_t columnCount, float *results, int64_t rowsPerCall,
                    double milliseconds) {
    auto predict = reinterpret_cast<int (*)(void *, const char *, const char *, void *, const uint64_t **, uint64_t *,
                                            const float **)>(function);
    auto call = [=](int64_t first) {
        const uint64_t *shape;
        uint64_t dimensions;
        const float *found;
        std::memcpy(input, rows + first * columnCount, rowsPerCall * columnCount * sizeof(float));
        if (predict(booster, array, config, nullptr, &shape, &dimensions, &found)) return false;
        std::memcpy(results + first, found, rowsPerCall * sizeof(float));
        return true;
    };
    return turn(call, rowCount, rowsPerCall, milliseconds);
}

// LightGBM: LGBM_BoosterPredictForMatSingleRowFast.
double lightgbm_row_turn(void *function, void *config, const double *rows, int64_t rowCount, int64_t columnCount,
                         double *results, double milliseconds) {
    auto predict = reinterpret_cast<int (*)(void *, const void *, int64_t *, double *)>(function);
    auto call = [=](int64_t first) {
        int64_t count;
        return predict(config, rows + first * columnCount, &count, results + first) == 0;
    };
    return turn(call, rowCount, 1, milliseconds);
}

// LightGBM: LGBM_BoosterPredictForMat, float64, row-major.
double lightgbm_batch_turn(void *function, void *booster, const double *rows, int64_t rowCount, int64_t columnCount,
                           double *results, int64_t rowsPerCall, double milliseconds) {
    auto predict = reinterpret_cast<int (*)(void *, const void *, int, int32_t, int32_t, int, int, int, int,
                                            const char *, int64_t *, double *)>(function);
    auto call = [=](int64_t first) {
        int64_t count;
        return predict(booster, rows + first * columnCount, 1, rowsPerCall, columnCount, 1, 0, 0, -1, "num_threads=1",
                       &count, results + first) == 0;
    };
    return turn(call, rowCount, rowsPerCall, milliseconds);
}

void *onnx_open(void *library, const char *path, const char *inputName, const char *outputName, int64_t columnCount,
                int64_t width, int64_t rowsPerCall) {
    struct Base { void **(*api)(uint32_t); };
    void **api = reinterpret_cast<const Base *(*)()>(library)()->api(17);
    if (!api) return nullptr;
    void *environment, *options;
    auto made = new OnnxSession{api, nullptr, nullptr, inputName, outputName, nullptr, nullptr, nullptr, nullptr,
                                columnCount, width, rowsPerCall};
    made->inputData = new float[rowsPerCall * columnCount]();
    made->outputData = new float[rowsPerCall * width]();
    int64_t inputShape[] = {rowsPerCall, columnCount}, outputShape[] = {rowsPerCall, width};
    size_t inputBytes = rowsPerCall * columnCount * sizeof(float), outputBytes = rowsPerCall * width * sizeof(float);
    size_t dimensions = 2;
    const int float32 = 1;
    bool done = ask(api, CreateEnv, 3, "benchmark", &environment) && ask(api, CreateSessionOptions, &options) &&
                ask(api, SetIntraOpNumThreads, options, 1) && ask(api, SetInterOpNumThreads, options, 1) &&
                ask(api, CreateSession, environment, path, options, &made->session) &&
                ask(api, CreateCpuMemoryInfo, 0, 0, &made->memory) &&
                ask(api, CreateTensorWithData, made->memory, static_cast<void *>(made->inputData), inputBytes,
                    &inputShape[0], dimensions, float32, &made->input) &&
                ask(api, CreateTensorWithData, made->memory, static_cast<void *>(made->outputData), outputBytes,
                    &outputShape[0], dimensions, float32, &made->output);
    return done ? made : nullptr;
}

double onnx_turn(void *opened, const float *rows, int64_t rowCount, float *results, double milliseconds) {
    auto made = static_cast<OnnxSession *>(opened);
    const int64_t rowsPerCall = made->rowsPerCall, columnCount = made->columnCount, width = made->width;
    auto call = [=](int64_t first) {
        size_t one = 1;
        std::memcpy(made->inputData, rows + first * columnCount, rowsPerCall * columnCount * sizeof(float));
        if (!ask(made->api, Run, made->session, static_cast<void *>(nullptr), &made->inputName, &made->input, one,
                 &made->outputName, one, &made->output))
            return false;
        std::memcpy(results + first * width, made->outputData, rowsPerCall * width * sizeof(float));
        return true;
    };
    return turn(call, rowCount, rowsPerCall, milliseconds);
}
}
