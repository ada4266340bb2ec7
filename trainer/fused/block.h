// One block of the streaming network, forward and backward: norm, FiLM, recurrence over time, mixing over bands.
//
// Examples are independent and are shared out over threads; within one, everything of a frame stays in the cache. Each
// example sums its own gradient and the sums are added in order, so the result does not depend on the number of threads.
#pragma once

#include "parallel.h"
#include "product.h"

namespace klarstrom {

constexpr int CHUNK = 8;          // frames whose weight gradients are taken together
constexpr float EPSILON = 1e-5f;  // of torch.nn.LayerNorm

struct BlockShape {
  int64_t batch, frames;
  int bands, channels, heads;
  bool state_gates;  // gates see the state as well as the input
  int rows() const { return bands; }
  int size() const { return bands * channels; }  // of a frame
  int gates() const { return state_gates ? 3 * channels : 2 * channels; }
};

// The parameters in the order in which trainer.fused.network names them.
struct BlockWeights {
  const float *norm_time, *norm_time_bias, *input, *input_bias, *hidden, *hidden_bias, *project, *project_bias, *norm_band,
      *norm_band_bias, *inward, *inward_bias, *mix, *mix_bias, *outward, *outward_bias;
};
constexpr int BLOCK_WEIGHTS = 16;

// What the backward pass needs of one example: [frames, bands, channels] each, the state with one frame more.
template <class S>
struct Kept {
  S *norm_time, *reset, *update, *candidate, *hidden, *norm_band, *inward, *mixed, *state;
  float* deviations;  // 1/sigma of both norms: [frames, 2, bands]

  static size_t bytes(const BlockShape& s) {
    size_t frames = s.frames;
    return (frames * 8 + frames + 1) * s.size() * sizeof(S) + frames * 2 * s.bands * sizeof(float);
  }

  Kept(const BlockShape& s, char* at) {
    size_t frames = s.frames;
    S** parts = &norm_time;
    for (int i = 0; i < 8; i++, at += frames * s.size() * sizeof(S)) parts[i] = reinterpret_cast<S*>(at);
    state = reinterpret_cast<S*>(at);
    deviations = reinterpret_cast<float*>(at + (frames + 1) * s.size() * sizeof(S));
  }
};

// x̂ = (u - mean)/sigma of one row of channels; returns 1/sigma.
template <class S>
inline float normalise(const float* u, int channels, S* to) {
  Vec total{}, squares{};
  for (int n = 0; n < channels; n += LANES) total += load(u + n);
  float mean = sum(total) / channels;
  for (int n = 0; n < channels; n += LANES) {
    Vec d = load(u + n) - mean;
    squares += d * d;
  }
  float inverse = 1.0f / std::sqrt(sum(squares) / channels + EPSILON);
  for (int n = 0; n < channels; n += LANES) store(to + n, (load(u + n) - mean) * inverse);
  return inverse;
}

// du = (g - mean(g) - x̂ mean(g x̂))/sigma + residual, for g = dL/dx̂ of one row.
template <class S>
inline void normalise_backward(const float* g, const S* x_hat, int channels, float inverse, const float* residual,
                               float* to) {
  Vec total{}, along{};
  for (int n = 0; n < channels; n += LANES) {
    Vec v = load(g + n);
    total += v;
    along += v * load(x_hat + n);
  }
  float mean = sum(total) / channels, slope = sum(along) / channels;
  for (int n = 0; n < channels; n += LANES)
    store(to + n, inverse * (load(g + n) - mean - load(x_hat + n) * slope) + load(residual + n));
}

template <class S>
struct BlockPanels {
  Panels<S> input, hidden, project, inward, outward;
  std::vector<float> mix;  // [heads, bands, bands]
};

// Right-hand matrices of y = W x (forward) or of dx = W^T dy (backward); weights are [out, in].
template <class S>
BlockPanels<S> block_panels(const BlockShape& s, const BlockWeights& w, bool backward) {
  int c = s.channels, wide = s.gates();
  auto of = [&](const float* weight, int rows) {
    if (backward) return pack<S>(rows, c, [=](int k, int n) { return weight[k * c + n]; });
    return pack<S>(c, rows, [=](int k, int n) { return weight[n * c + k]; });
  };
  BlockPanels<S> p{of(w.input, wide), {}, of(w.project, c), of(w.inward, c), of(w.outward, c), {}};
  if (s.state_gates) p.hidden = of(w.hidden, wide);
  p.mix.assign(w.mix, w.mix + s.heads * s.bands * s.bands);
  if (backward)
    for (int h = 0; h < s.heads; h++)
      for (int i = 0; i < s.bands; i++)
        for (int j = 0; j < s.bands; j++) p.mix[(h * s.bands + j) * s.bands + i] = w.mix[(h * s.bands + i) * s.bands + j];
  return p;
}

template <class S>
void block_forward_example(const BlockShape& s, const BlockWeights& w, const BlockPanels<S>& p, const float* u,
                           const float* scale, const float* shift, const bool* active, bool keep, Kept<S> kept, float* out) {
  const int c = s.channels, rows = s.rows(), size = s.size(), wide = s.gates(), head = c / s.heads;
  const int update_at = s.state_gates ? c : 0, candidate_at = update_at + c;
  std::vector<S> film(size), normed(size);
  std::vector<float> gates(rows * wide), from_state(s.state_gates ? rows * wide : 0), h(size, 0.0f), half(size), sums(size);
  std::vector<float> gain(c), offset(c);
  for (int n = 0; n < c; n++) {
    gain[n] = w.norm_time[n] * (1 + scale[n]);
    offset[n] = w.norm_time_bias[n] * (1 + scale[n]) + shift[n];
  }
  std::fill(reinterpret_cast<char*>(kept.state), reinterpret_cast<char*>(kept.state + size), 0);
  for (int64_t t = 0; t < s.frames; t++) {
    const size_t at = keep ? t * size : 0;
    const S* past = kept.state + (keep ? t : t % 2) * size;
    S* next = kept.state + (keep ? t + 1 : (t + 1) % 2) * size;
    float* deviations = kept.deviations + (keep ? t * 2 * rows : 0);
    const float* in = u + t * size;
    float* to = out + t * size;
    for (int i = 0; i < rows; i++) {
      S* x_hat = kept.norm_time + at + i * c;
      deviations[i] = normalise(in + i * c, c, x_hat);
      for (int n = 0; n < c; n += LANES) store(&film[i * c + n], load(x_hat + n) * load(&gain[n]) + load(&offset[n]));
    }
    multiply(rows, film.data(), c, p.input, gates.data(), wide, w.input_bias);
    const bool runs = !active || active[t];
    if (s.state_gates) multiply(rows, past, c, p.hidden, from_state.data(), wide, w.hidden_bias);
    for (int i = 0; i < rows; i++)
      for (int n = 0; n < c; n += LANES) {
        const float* g = &gates[i * wide + n];
        const size_t k = at + i * c + n;
        Vec z, candidate;
        if (s.state_gates) {
          const float* of_state = &from_state[i * wide + n];
          Vec r = sigmoid(load(g) + load(of_state)), hidden = load(of_state + candidate_at);
          z = sigmoid(load(g + update_at) + load(of_state + update_at));
          candidate = hyperbolic_tangent(load(g + candidate_at) + r * hidden);
          store(kept.reset + k, r);
          store(kept.hidden + k, hidden);
        } else {
          z = sigmoid(load(g + update_at));
          candidate = hyperbolic_tangent(load(g + candidate_at));
        }
        store(kept.update + k, z);
        store(kept.candidate + k, candidate);
        Vec state = load(&h[i * c + n]);
        if (runs) state = candidate + z * (state - candidate);
        store(&h[i * c + n], state);
        store(next + i * c + n, state);
      }
    multiply(rows, next, c, p.project, half.data(), c, w.project_bias);
    for (int i = 0; i < rows; i++) {
      S* x_hat = kept.norm_band + at + i * c;
      float* row = &half[i * c];
      for (int n = 0; n < c; n += LANES) store(row + n, load(row + n) + load(in + i * c + n));
      deviations[rows + i] = normalise(row, c, x_hat);
      for (int n = 0; n < c; n += LANES)
        store(&normed[i * c + n], load(x_hat + n) * load(w.norm_band + n) + load(w.norm_band_bias + n));
    }
    multiply(rows, normed.data(), c, p.inward, sums.data(), c, w.inward_bias);
    for (int n = 0; n < size; n += LANES) store(kept.inward + at + n, load(&sums[n]));
    for (int k = 0; k < s.heads; k++)
      mix_rows(rows, &p.mix[k * rows * rows], &sums[k * head], c, rows, head, to + k * head, c, false);
    for (int i = 0; i < rows; i++)
      for (int n = 0; n < c; n += LANES)
        store(kept.mixed + at + i * c + n, relu(load(to + i * c + n) + w.mix_bias[n / head * rows + i]));
    multiply(rows, kept.mixed + at, c, p.outward, to, c, w.outward_bias);
    for (int n = 0; n < size; n += LANES) store(to + n, load(to + n) + load(&half[n]));
  }
}

template <class S>
void block_backward_example(const BlockShape& s, const BlockWeights& w, const BlockPanels<S>& p, const float* grad,
                            const float* scale, const float* shift, const bool* active, Kept<S> kept, float* du,
                            float* d_scale, float* d_shift, float* d, const int64_t* places) {
  const int c = s.channels, rows = s.rows(), size = s.size(), wide = s.gates(), head = c / s.heads;
  const int update_at = s.state_gates ? c : 0, candidate_at = update_at + c;
  float* of[BLOCK_WEIGHTS];
  for (int i = 0; i < BLOCK_WEIGHTS; i++) of[i] = d + places[i];
  float *d_norm_time = of[0], *d_norm_time_bias = of[1], *d_input = of[2], *d_input_bias = of[3], *d_hidden = of[4],
        *d_hidden_bias = of[5], *d_project = of[6], *d_project_bias = of[7], *d_norm_band = of[8], *d_norm_band_bias = of[9],
        *d_inward = of[10], *d_inward_bias = of[11], *d_mix = of[12], *d_mix_bias = of[13], *d_outward = of[14],
        *d_outward_bias = of[15];
  // of the frames of a chunk, for the weight gradients
  std::vector<float> d_mixed(CHUNK * size), d_in(CHUNK * size), d_half(CHUNK * size), d_gates(CHUNK * rows * wide),
      d_state(s.state_gates ? CHUNK * rows * wide : 0), inputs(CHUNK * size);
  std::vector<S> left(CHUNK * rows * wide), right(CHUNK * size), narrow(rows * wide);
  std::vector<float> d_normed(size), d_film(size), dh(size, 0.0f),
      mixing(static_cast<size_t>(s.heads) * rows * rows * LANES, 0.0f);
  std::vector<float> one_and_scale(c);
  for (int n = 0; n < c; n++) one_and_scale[n] = 1 + scale[n];

  auto narrowed = [&](const float* from, int count) -> const S* {  // as the left side of a product
    if constexpr (sizeof(S) == 4) return from;
    for (int n = 0; n < count; n += LANES) store(&narrow[n], load(from + n));
    return narrow.data();
  };

  for (int64_t t = s.frames - 1; t >= 0; t--) {
    const int64_t first = t / CHUNK * CHUNK;
    const int slot = static_cast<int>(t - first);
    const size_t at = t * size;
    const float* g = grad + at;
    const float* deviations = kept.deviations + t * 2 * rows;
    float *dm = &d_mixed[slot * size], *dv = &d_in[slot * size], *dq = &d_half[slot * size];
    float* dg = &d_gates[slot * rows * wide];
    float* ds = s.state_gates ? &d_state[slot * rows * wide] : nullptr;
    const bool runs = !active || active[t];

    // outward and the mixing over bands
    multiply(rows, narrowed(g, size), c, p.outward, dm, c);
    for (int n = 0; n < size; n += LANES) store(dm + n, where_above(load(kept.mixed + at + n), Vec{}, load(dm + n)));
    for (int k = 0; k < s.heads; k++)
      mix_rows(rows, &p.mix[k * rows * rows], dm + k * head, c, rows, head, dv + k * head, c, false);
    // inward and its norm
    multiply(rows, narrowed(dv, size), c, p.inward, d_normed.data(), c);
    for (int i = 0; i < rows; i++) {
      const S* x_hat = kept.norm_band + at + i * c;
      float* row = &d_normed[i * c];
      for (int n = 0; n < c; n += LANES) {
        Vec v = load(row + n);
        store(d_norm_band + n, load(d_norm_band + n) + v * load(x_hat + n));
        store(d_norm_band_bias + n, load(d_norm_band_bias + n) + v);
        store(row + n, v * load(w.norm_band + n));
      }
      normalise_backward(row, x_hat, c, deviations[rows + i], g + i * c, dq + i * c);
    }
    // the recurrence
    multiply(rows, narrowed(dq, size), c, p.project, dh.data(), c, nullptr, true);
    const S* past = kept.state + at;
    for (int i = 0; i < rows; i++)
      for (int n = 0; n < c; n += LANES) {
        const size_t k = at + i * c + n;
        float* to = dg + i * wide + n;
        if (!runs) {
          for (int part = 0; part < wide; part += c) store(to + part, Vec{});
          if (ds)
            for (int part = 0; part < wide; part += c) store(ds + i * wide + n + part, Vec{});
          continue;
        }
        Vec z = load(kept.update + k), candidate = load(kept.candidate + k), gradient = load(&dh[i * c + n]);
        Vec to_candidate = gradient * (1.0f - z) * (1.0f - candidate * candidate);
        Vec to_update = gradient * (load(past + i * c + n) - candidate) * (z * (1.0f - z));
        store(to + update_at, to_update);
        store(to + candidate_at, to_candidate);
        if (ds) {
          Vec r = load(kept.reset + k);
          Vec to_reset = to_candidate * load(kept.hidden + k) * (r * (1.0f - r));
          float* back = ds + i * wide + n;
          store(to, to_reset);
          store(back, to_reset);
          store(back + update_at, to_update);
          store(back + candidate_at, to_candidate * r);
        }
        store(&dh[i * c + n], gradient * z);
      }
    multiply(rows, narrowed(dg, rows * wide), wide, p.input, d_film.data(), c);
    if (ds) multiply(rows, narrowed(ds, rows * wide), wide, p.hidden, dh.data(), c, nullptr, true);
    // FiLM and the first norm
    for (int i = 0; i < rows; i++) {
      const S* x_hat = kept.norm_time + at + i * c;
      float* row = &d_film[i * c];
      for (int n = 0; n < c; n += LANES) {
        Vec v = load(row + n), x = load(x_hat + n);
        store(d_scale + n, load(d_scale + n) + v * (x * load(w.norm_time + n) + load(w.norm_time_bias + n)));
        store(d_shift + n, load(d_shift + n) + v);
        v *= load(&one_and_scale[n]);
        store(d_norm_time + n, load(d_norm_time + n) + v * x);
        store(d_norm_time_bias + n, load(d_norm_time_bias + n) + v);
        store(row + n, v * load(w.norm_time + n));
      }
      normalise_backward(row, x_hat, c, deviations[i], dq + i * c, du + at + i * c);
    }
    if (slot) continue;

    // weight gradients of the chunk
    const int count = static_cast<int>(std::min<int64_t>(CHUNK, s.frames - first)), all = count * rows;
    auto outer = [&](const float* y, int ny, const auto* x, float* to, float* bias) {
      outer_product(all, in_terms(all, ny, y, ny, left.data()), ny, in_terms(all, c, x, c, right.data()), c, to);
      add_rows(all, ny, y, bias);
    };
    outer(grad + at, c, kept.mixed + at, d_outward, d_outward_bias);
    for (int n = 0; n < count * size; n += LANES) store(&inputs[n], load(kept.inward + at + n));
    for (int k = 0; k < s.heads; k++)
      open_products(count, rows, d_mixed.data() + k * head, size, c, rows, inputs.data() + k * head, size, c, head,
                    &mixing[static_cast<size_t>(k) * rows * rows * LANES]);
    for (int m = 0; m < count; m++)
      for (int k = 0; k < s.heads; k++)
        for (int i = 0; i < rows; i++) {
          Vec total{};
          for (int n = 0; n < head; n += LANES) total += load(&d_mixed[m * size + i * c + k * head + n]);
          d_mix_bias[k * rows + i] += sum(total);
        }
    for (int i = 0; i < all; i++)
      for (int n = 0; n < c; n += LANES)
        store(&inputs[i * c + n],
              load(kept.norm_band + at + i * c + n) * load(w.norm_band + n) + load(w.norm_band_bias + n));
    outer(d_in.data(), c, inputs.data(), d_inward, d_inward_bias);
    outer(d_half.data(), c, kept.state + at + size, d_project, d_project_bias);
    for (int i = 0; i < all; i++)
      for (int n = 0; n < c; n += LANES)
        store(&inputs[i * c + n],
              (load(kept.norm_time + at + i * c + n) * load(w.norm_time + n) + load(w.norm_time_bias + n)) *
                      load(&one_and_scale[n]) +
                  load(shift + n));
    outer(d_gates.data(), wide, inputs.data(), d_input, d_input_bias);
    if (s.state_gates) outer(d_state.data(), wide, kept.state + at, d_hidden, d_hidden_bias);
  }
  close_lanes(s.heads * rows * rows, mixing.data(), d_mix);
}

// u [B, T, bands, C]; scale, shift [B, C]; active [B, T] or null; kept [B, Kept::bytes] or null. Fills `out`, like u.
template <class S>
void block_forward(const BlockShape& s, const BlockWeights& w, const float* u, const float* scale, const float* shift,
                   const bool* active, char* kept, float* out, int threads) {
  const BlockPanels<S> panels = block_panels<S>(s, w, false);
  const size_t bytes = Kept<S>::bytes(s), example = s.frames * s.size();
  BlockShape one = s;  // without a backward pass, the frames take turns in the room of one
  one.frames = 1;
  parallel(s.batch, threads, [&](int64_t b) {
    std::vector<char> scratch(kept ? 0 : Kept<S>::bytes(one));
    Kept<S> room(kept ? s : one, kept ? kept + b * bytes : scratch.data());
    block_forward_example<S>(s, w, panels, u + b * example, scale + b * s.channels, shift + b * s.channels,
                             active ? active + b * s.frames : nullptr, kept != nullptr, room, out + b * example);
  });
}

// Fills du, d_scale, d_shift, and d [B, places[16]]: the weights' gradients of each example, each from its place on.
template <class S>
void block_backward(const BlockShape& s, const BlockWeights& w, const float* grad, const float* scale, const float* shift,
                    const bool* active, char* kept, float* du, float* d_scale, float* d_shift, float* d,
                    const int64_t* places, int threads) {
  const BlockPanels<S> panels = block_panels<S>(s, w, true);
  const size_t bytes = Kept<S>::bytes(s), example = s.frames * s.size();
  parallel(s.batch, threads, [&](int64_t b) {
    const size_t line = b * s.channels;
    block_backward_example<S>(s, w, panels, grad + b * example, scale + line, shift + line,
                              active ? active + b * s.frames : nullptr, Kept<S>(s, kept + b * bytes), du + b * example,
                              d_scale + line, d_shift + line, d + b * places[BLOCK_WEIGHTS], places);
  });
}

}  // namespace klarstrom
