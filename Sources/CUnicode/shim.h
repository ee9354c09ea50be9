#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>
