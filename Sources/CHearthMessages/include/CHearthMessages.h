#ifndef CHEARTHMESSAGES_H
#define CHEARTHMESSAGES_H
#include "hearth_v1_inference.pb-c.h"
#include "hearth_v1_models.pb-c.h"
#include "ttrpc.pb-c.h"
#endif
