#pragma once
// Code units of PCRE2 are bytes here; its header names its functions by this width.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
