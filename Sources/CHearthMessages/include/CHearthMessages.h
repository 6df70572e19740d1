#ifndef CHEARTHMESSAGES_H
#define CHEARTHMESSAGES_H
#include "descriptor_set.h"
#include "grpc_health_v1_health.pb-c.h"
#include "grpc_reflection_v1_reflection.pb-c.h"
#include "grpc_reflection_v1alpha_reflection.pb-c.h"
#include "hearth_v1_inference.pb-c.h"
#include "hearth_v1_models.pb-c.h"
#include "inference_grpc_service.pb-c.h"
#include "inference_model_config.pb-c.h"
#include "ttrpc.pb-c.h"
#endif
