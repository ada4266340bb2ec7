// The C interface of the fused operators, as trainer.fused.operators calls it. All arrays are contiguous; `half` says that
// what the template calls S is bfloat16 and not float.
#include <cmath>

#include "block.h"
#include "ends.h"
#include "losses.h"

using namespace klarstrom;

#if defined(__AVX512BF16__)
#define WITH_PRECISION(half, work) \
  if (half)                        \
    work(Bf16{});                  \
  else                             \
    work(0.0f)
#else
#define WITH_PRECISION(half, work) work(0.0f)
#endif

extern "C" {

int klarstrom_lanes() { return LANES; }

int64_t klarstrom_kept_bytes(const BlockShape* s, int half) {
  return static_cast<int64_t>(half ? Kept<Bf16>::bytes(*s) : Kept<float>::bytes(*s));
}

void klarstrom_block_forward(const BlockShape* s, const float* const* w, const float* u, const float* scale,
                             const float* shift, const bool* active, char* kept, float* out, int half, int threads) {
  auto work = [&](auto kind) {
    block_forward<decltype(kind)>(*s, *reinterpret_cast<const BlockWeights*>(w), u, scale, shift, active, kept, out,
                                  threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_block_backward(const BlockShape* s, const float* const* w, const float* grad, const float* scale,
                              const float* shift, const bool* active, char* kept, float* du, float* d_scale, float* d_shift,
                              float* d, const int64_t* places, int half, int threads) {
  auto work = [&](auto kind) {
    block_backward<decltype(kind)>(*s, *reinterpret_cast<const BlockWeights*>(w), grad, scale, shift, active, kept, du,
                                   d_scale, d_shift, d, places, threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_encode(const EndShape* s, const float* const* w, const float* y, const float* x_t, const float* scale,
                      const float* shift, float* u, void* e, void* a, int half, int threads) {
  auto work = [&](auto kind) {
    using S = decltype(kind);
    encode<S>(*s, w, y, x_t, scale, shift, u, static_cast<S*>(e), static_cast<S*>(a), threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_encode_backward(const EndShape* s, const float* const* w, const float* du, const float* de, const float* y,
                               const float* x_t, const float* scale, const float* shift, const void* e, const void* a,
                               float* d_scale, float* d_shift, float* d, const int64_t* places, int half, int threads) {
  auto work = [&](auto kind) {
    using S = decltype(kind);
    encode_backward<S>(*s, w, du, de, y, x_t, scale, shift, static_cast<const S*>(e), static_cast<const S*>(a), d_scale,
                       d_shift, d, places, threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_decode(const EndShape* s, const float* const* w, const float* u, const void* e, const float* y,
                      const float* x_t, float* out, void* d0, void* d1, int half, int threads) {
  auto work = [&](auto kind) {
    using S = decltype(kind);
    decode<S>(*s, w, u, static_cast<const S*>(e), y, x_t, out, static_cast<S*>(d0), static_cast<S*>(d1), threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_decode_backward(const EndShape* s, const float* const* w, const float* grad, const float* u, const float* y,
                               const float* x_t, const void* d0, const void* d1, float* du, float* de, float* d,
                               const int64_t* places, int half, int threads) {
  auto work = [&](auto kind) {
    using S = decltype(kind);
    decode_backward<S>(*s, w, grad, u, y, x_t, static_cast<const S*>(d0), static_cast<const S*>(d1), du, de, d, places,
                       threads);
  };
  WITH_PRECISION(half, work);
}

void klarstrom_spectral_error(int64_t batch, int64_t count, const float* x_hat, const float* x, float magnitude, float whole,
                              float lost, float* value, float* gradient, int threads) {
  spectral_error(batch, count, x_hat, x, magnitude, whole, lost, value, gradient, threads);
}

void klarstrom_power_law_error(int64_t batch, int64_t count, const float* spectra, float scale, float exponent, float* value,
                               float* gradient, int threads) {
  power_law_error(batch, count, spectra, scale, exponent, value, gradient, threads);
}

void klarstrom_power_scale(int64_t batch, int64_t count, const float* c, const float* slopes, float p, float* out,
                           int threads) {
  power_scale(batch, count, c, slopes, p, out, threads);
}
}
