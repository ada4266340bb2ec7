// Matrix products of the sizes that the network has: tens of rows, depth and width multiples of 16, operands in L1 and L2.
#pragma once

#include <algorithm>
#include <vector>

#include "simd.h"

namespace klarstrom {

constexpr int COLUMNS = LANES == 16 ? 4 : 2;    // vectors across a tile of the result
constexpr int WIDTH = COLUMNS * LANES;          // columns of a panel
constexpr int TILE_ROWS = LANES == 16 ? 6 : 4;  // rows of it: all accumulators stay in registers

template <class S>
constexpr int DEPTH_STEP = sizeof(S) == 2 ? 2 : 1;  // bfloat16 products take two terms at a time

// A right-hand matrix [depth, width], in panels of WIDTH columns: [depth, columns], bfloat16 [depth / 2, columns, 2].
template <class S>
struct Panels {
  int depth, width;
  std::vector<S> data;
};

// value(k, n) gives the element in row k and column n.
template <class S, class Value>
Panels<S> pack(int depth, int width, Value value) {
  constexpr int step = DEPTH_STEP<S>;
  Panels<S> p{depth, width, std::vector<S>(static_cast<size_t>(depth) * width)};
  for (int first = 0; first < width; first += WIDTH) {
    int columns = std::min(WIDTH, width - first);
    S* panel = p.data.data() + static_cast<size_t>(depth) * first;
    for (int k = 0; k < depth; k++)
      for (int n = 0; n < columns; n++) {
        S* to = panel + (k / step) * columns * step + n * step + k % step;
        if constexpr (sizeof(S) == 2)
          *to = to_bf16(value(k, first + n));
        else
          *to = value(k, first + n);
      }
  }
  return p;
}

inline Vec multiply_add(Vec sum, const float* a, Vec b) { return sum + *a * b; }

#if defined(__AVX512BF16__)
inline Vec multiply_add(Vec sum, const Bf16* a, Vec b) {
  int32_t pair;
  std::memcpy(&pair, a, sizeof pair);
  return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32(pair), (__m512bh)b);
}
#endif

template <class S>
inline Vec load_terms(const S* from) {  // DEPTH_STEP rows of a vector of columns, as they lie
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

// c [ROWS, VECS vectors] = (add ? c : bias or 0) + a [ROWS, depth] b [depth, VECS vectors], b with rows of `ldb`.
template <class S, int ROWS, int VECS>
inline void tile(const S* a, int lda, const S* b, int ldb, int depth, float* c, int ldc, const float* bias, bool add) {
  Vec sums[ROWS][VECS];
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < VECS; j++) sums[i][j] = add ? load(c + i * ldc + j * LANES) : bias ? load(bias + j * LANES) : Vec{};
  constexpr int step = DEPTH_STEP<S>;
  for (int k = 0; k < depth; k += step) {
    Vec right[VECS];
    for (int j = 0; j < VECS; j++) right[j] = load_terms(b + static_cast<size_t>(k) * ldb + j * LANES * step);
    for (int i = 0; i < ROWS; i++)
      for (int j = 0; j < VECS; j++) sums[i][j] = multiply_add(sums[i][j], a + i * lda + k, right[j]);
  }
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < VECS; j++) store(c + i * ldc + j * LANES, sums[i][j]);
}

template <class S, int ROWS, int VECS>
inline void all_rows(int rows, const S* a, int lda, const S* b, int ldb, int depth, float* c, int ldc, const float* bias,
                     bool add) {
  int m = 0;
  for (; m + ROWS <= rows; m += ROWS) tile<S, ROWS, VECS>(a + m * lda, lda, b, ldb, depth, c + m * ldc, ldc, bias, add);
  if constexpr (ROWS > 4)
    for (; m + 4 <= rows; m += 4) tile<S, 4, VECS>(a + m * lda, lda, b, ldb, depth, c + m * ldc, ldc, bias, add);
  for (; m < rows; m++) tile<S, 1, VECS>(a + m * lda, lda, b, ldb, depth, c + m * ldc, ldc, bias, add);
}

// c [rows, b.width] = (add ? c : bias or 0) + a [rows, b.depth] b
template <class S>
void multiply(int rows, const S* a, int lda, const Panels<S>& b, float* c, int ldc, const float* bias = nullptr,
              bool add = false) {
  for (int first = 0; first < b.width; first += WIDTH) {
    int columns = std::min(WIDTH, b.width - first);
    const S* panel = b.data.data() + static_cast<size_t>(b.depth) * first;
    const float* start = bias ? bias + first : nullptr;
    switch (columns / LANES) {
      case 4:
        all_rows<S, TILE_ROWS, 4>(rows, a, lda, panel, columns, b.depth, c + first, ldc, start, add);
        break;
      case 3:
        all_rows<S, TILE_ROWS, 3>(rows, a, lda, panel, columns, b.depth, c + first, ldc, start, add);
        break;
      case 2:
        all_rows<S, TILE_ROWS, 2>(rows, a, lda, panel, columns, b.depth, c + first, ldc, start, add);
        break;
      default:
        all_rows<S, TILE_ROWS, 1>(rows, a, lda, panel, columns, b.depth, c + first, ldc, start, add);
    }
  }
}

// c [rows, width] = (add ? c : 0) + a [rows, depth] b [depth, width] for a small matrix a and unpacked b in float.
inline void mix_rows(int rows, const float* a, const float* b, int ldb, int depth, int width, float* c, int ldc, bool add) {
  int n = 0;
  for (; n + 2 * LANES <= width; n += 2 * LANES)
    all_rows<float, 6, 2>(rows, a, depth, b + n, ldb, depth, c + n, ldc, nullptr, add);
  for (; n < width; n += LANES) all_rows<float, 8, 1>(rows, a, depth, b + n, ldb, depth, c + n, ldc, nullptr, add);
}

// Rows as `outer_product` takes them: floats where they lie, bfloat16 in pairs [rows / 2, width, 2].
template <class S>
struct Terms {
  const S* data;
  int next;  // elements from a row to the next
};

inline Terms<float> in_terms(int, int, const float* from, int next, float*) { return {from, next}; }

#if defined(__AVX512BF16__)
template <class T>
inline Terms<Bf16> in_terms(int rows, int width, const T* from, int next, Bf16* to) {
  const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                              5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int m = 0; m < rows; m += 2)
    for (int n = 0; n < width; n += LANES) {
      Vec even = load(from + static_cast<size_t>(m) * next + n);
      Vec odd = m + 1 < rows ? load(from + static_cast<size_t>(m + 1) * next + n) : Vec{};
      __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
      _mm512_storeu_si512(to + static_cast<size_t>(m) * width + 2 * n, _mm512_permutexvar_epi16(interleave, both));
    }
  return {to, width};
}
#endif

template <class S, int VECS, int HEIGHT>
inline void outer_tiles(int rows, const Terms<S>& y, int ny, const S* x, int ldx, float* d, int ldd) {
  constexpr int step = DEPTH_STEP<S>;
  for (int i = 0; i < ny; i += HEIGHT) {
    Vec sums[HEIGHT][VECS];
    for (int a = 0; a < HEIGHT; a++)
      for (int j = 0; j < VECS; j++) sums[a][j] = load(d + static_cast<size_t>(i + a) * ldd + j * LANES);
    for (int m = 0; m < rows; m += step) {
      Vec right[VECS];
      for (int j = 0; j < VECS; j++) right[j] = load_terms(x + static_cast<size_t>(m) * ldx + j * LANES * step);
      for (int a = 0; a < HEIGHT; a++)
        for (int j = 0; j < VECS; j++)
          sums[a][j] = multiply_add(sums[a][j], y.data + static_cast<size_t>(m) * y.next + (i + a) * step, right[j]);
    }
    for (int a = 0; a < HEIGHT; a++)
      for (int j = 0; j < VECS; j++) store(d + static_cast<size_t>(i + a) * ldd + j * LANES, sums[a][j]);
  }
}

template <class S, int VECS>
inline void outer_columns(int rows, const Terms<S>& y, int ny, const S* x, int ldx, float* d, int ldd) {
  if (ny % TILE_ROWS == 0)
    outer_tiles<S, VECS, TILE_ROWS>(rows, y, ny, x, ldx, d, ldd);
  else
    outer_tiles<S, VECS, 4>(rows, y, ny, x, ldx, d, ldd);
}

// d [ny, nx] += y [rows, ny]^T x [rows, nx], y and x as `in_terms` gave them.
template <class S>
void outer_product(int rows, const Terms<S>& y, int ny, const Terms<S>& x, int nx, float* d) {
  for (int first = 0; first < nx; first += WIDTH) {
    int columns = std::min(WIDTH, nx - first);
    const S* right = x.data + first * DEPTH_STEP<S>;
    switch (columns / LANES) {
      case 4:
        outer_columns<S, 4>(rows, y, ny, right, x.next, d + first, nx);
        break;
      case 3:
        outer_columns<S, 3>(rows, y, ny, right, x.next, d + first, nx);
        break;
      case 2:
        outer_columns<S, 2>(rows, y, ny, right, x.next, d + first, nx);
        break;
      default:
        outer_columns<S, 1>(rows, y, ny, right, x.next, d + first, nx);
    }
  }
}

// total [width] += the sum over the rows of x
inline void add_rows(int rows, int width, const float* x, float* total) {
  for (int n = 0; n < width; n += LANES) {
    Vec s = load(total + n);
    for (int m = 0; m < rows; m++) s += load(x + static_cast<size_t>(m) * width + n);
    store(total + n, s);
  }
}

// lanes [ny, nx, LANES] += the products y_i x_j of two sets of rows, lane by lane: sums over channels that are left open
// until `close_lanes`. y [count, ny, ldy], x [count, nx, ldx], of each row `width` channels; ny and nx multiples of 4.
inline void open_products(int count, int ny, const float* y, size_t next_y, int ldy, int nx, const float* x, size_t next_x,
                          int ldx, int width, float* lanes) {
  for (int i = 0; i < ny; i += 4)
    for (int j = 0; j < nx; j += 4) {
      Vec sums[4][4];
      for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) sums[a][b] = load(lanes + (static_cast<size_t>(i + a) * nx + j + b) * LANES);
      for (int m = 0; m < count; m++)
        for (int n = 0; n < width; n += LANES) {
          Vec left[4], right[4];
          for (int a = 0; a < 4; a++) left[a] = load(y + m * next_y + static_cast<size_t>(i + a) * ldy + n);
          for (int b = 0; b < 4; b++) right[b] = load(x + m * next_x + static_cast<size_t>(j + b) * ldx + n);
          for (int a = 0; a < 4; a++)
            for (int b = 0; b < 4; b++) sums[a][b] += left[a] * right[b];
        }
      for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) store(lanes + (static_cast<size_t>(i + a) * nx + j + b) * LANES, sums[a][b]);
    }
}

inline void close_lanes(int count, const float* lanes, float* to) {
  for (int i = 0; i < count; i++) to[i] += sum(load(lanes + static_cast<size_t>(i) * LANES));
}

}  // namespace klarstrom
