// Examples of a batch, shared out over threads.
#pragma once

#include <cstdint>

namespace klarstrom {

// Calls work(b) for b = 0 ... count - 1, on `threads` threads.
template <class Work>
void parallel(int64_t count, int threads, Work work) {
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (threads > 1 && count > 1)
  for (int64_t b = 0; b < count; b++) work(b);
}

}  // namespace klarstrom
