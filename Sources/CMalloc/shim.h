// What glibc has beyond the C library that Swift's Glibc shows: mallopt(3).
#pragma once
#include <malloc.h>
