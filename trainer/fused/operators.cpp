// The Python bindings of the fused operators. Tensors are contiguous float32 on the CPU; trainer.fused.network sees to it.
#include <torch/extension.h>

#include "block.h"
#include "ends.h"
#include "losses.h"

using namespace klarstrom;
using Tensors = std::vector<Tensor>;

#if defined(__AVX512BF16__)
#define BY_PRECISION(call) (half ? call<Bf16> : call<float>)
#else
#define BY_PRECISION(call) (half ? throw std::runtime_error("bfloat16 products need AVX-512 BF16") : call<float>)
#endif

static BlockShape block_shape(const Tensor& u, int heads, bool state_gates) {
  return {u.size(0), u.size(1), static_cast<int>(u.size(2)), static_cast<int>(u.size(3)), heads, state_gates};
}

static EndShape end_shape(const Tensor& y, int stride, int bands, int channels) {
  return {y.size(0), y.size(2), static_cast<int>(y.size(3)), stride, bands, channels};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
  m.attr("lanes") = LANES;
#if defined(__AVX512BF16__)
  m.attr("bfloat16") = true;
#else
  m.attr("bfloat16") = false;
#endif
  m.def("block_forward", [](const Tensor& u, const Tensor& scale, const Tensor& shift, const Tensors& weights,
                            const std::optional<Tensor>& active, int heads, bool state_gates, bool keep, bool half) {
    return BY_PRECISION(block_forward)(block_shape(u, heads, state_gates), u, scale, shift, weights, active, keep);
  });
  m.def("block_backward", [](const Tensor& grad, const Tensor& scale, const Tensor& shift, const Tensors& weights,
                             const std::optional<Tensor>& active, const Tensor& kept, int heads, bool state_gates, bool half) {
    return BY_PRECISION(block_backward)(block_shape(grad, heads, state_gates), grad, scale, shift, weights, active, kept);
  });
  m.def("encode", [](const Tensor& y, const Tensor& x_t, const Tensor& scale, const Tensor& shift, const Tensors& weights,
                     int stride, bool keep, bool half) {
    EndShape s = end_shape(y, stride, weights[6].size(0), weights[6].size(1));
    return BY_PRECISION(encode)(s, y, x_t, scale, shift, weights, keep);
  });
  m.def("encode_backward", [](const Tensor& du, const Tensor& de, const Tensor& y, const Tensor& x_t, const Tensor& scale,
                              const Tensor& shift, const Tensors& weights, const Tensor& e, const Tensor& a, int stride,
                              bool half) {
    EndShape s = end_shape(y, stride, weights[6].size(0), weights[6].size(1));
    return BY_PRECISION(encode_backward)(s, du, de, y, x_t, scale, shift, weights, e, a);
  });
  m.def("decode", [](const Tensor& u, const Tensor& e, const Tensor& y, const Tensor& x_t, const Tensors& weights, int stride,
                     bool keep, bool half) {
    return BY_PRECISION(decode)(end_shape(y, stride, u.size(2), u.size(3)), u, e, y, x_t, weights, keep);
  });
  m.def("decode_backward", [](const Tensor& grad, const Tensor& u, const Tensor& y, const Tensor& x_t, const Tensors& weights,
                              const Tensor& d0, const Tensor& d1, int stride, bool half) {
    return BY_PRECISION(decode_backward)(end_shape(y, stride, u.size(2), u.size(3)), grad, u, y, x_t, weights, d0, d1);
  });
  m.def("spectral_error", &spectral_error);
  m.def("power_law_error", &power_law_error);
  m.def("power_scale", &power_scale);
}
