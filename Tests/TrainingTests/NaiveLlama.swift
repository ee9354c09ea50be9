import Glibc

@testable import Training

/// A Llama in f64, written as its formulas stand: the twin that the trained one is measured by.
struct NaiveLlama {
  let shape: LlamaShape
  let table: LlamaParameterTable
  var parameters: [Double]

  /// The mean loss of a batch, each segment alone.
  func loss(_ batch: PackedBatch) -> Double {
    var total = 0.0
    for (start, end) in zip(batch.starts, batch.starts.dropFirst()) {
      let logits = logits(batch.inputs[start..<end].map(Int.init))
      for (row, target) in zip(logits, batch.targets[start..<end]) {
        let largest = row.max() ?? 0
        let sum = row.reduce(0) { $0 + exp($1 - largest) }
        total += largest + log(sum) - row[Int(target)]
      }
    }
    return total / Double(batch.rows)
  }

  func logits(_ ids: [Int]) -> [[Double]] {
    let width = shape.width
    let embedding = matrix(table.embedding)
    var stream = ids.map { embedding[$0] }
    for layer in table.layers {
      let normed = stream.map { norm($0, layer.attentionNorm) }
      let queries = rotated(normed.map { product($0, layer.query) }, shape.heads)
      let keys = rotated(normed.map { product($0, layer.key) }, shape.keyValueHeads)
      let values = normed.map { product($0, layer.value) }
      for row in ids.indices {
        var attended = [Double](repeating: 0, count: width)
        for head in 0..<shape.heads {
          let cached = head / (shape.heads / shape.keyValueHeads)
          let (q, k) = (head * shape.headWidth, cached * shape.headWidth)
          let scores = (0...row).map { key in
            (0..<shape.headWidth).reduce(0) { $0 + queries[row][q + $1] * keys[key][k + $1] }
              / Double(shape.headWidth).squareRoot()
          }
          let sum = scores.reduce(0) { $0 + exp($1) }
          for (key, score) in scores.enumerated() {
            for i in 0..<shape.headWidth {
              attended[q + i] += exp(score) / sum * values[key][k + i]
            }
          }
        }
        for (i, value) in product(attended, layer.output).enumerated() { stream[row][i] += value }
      }
      for row in ids.indices {
        let normed = norm(stream[row], layer.mlpNorm)
        let gate = product(normed, layer.gate)
        let up = product(normed, layer.up)
        let inner = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
        for (i, value) in product(inner, layer.down).enumerated() { stream[row][i] += value }
      }
    }
    return stream.map { row in
      let normed = norm(row, table.lastNorm)
      return embedding.map { column in zip(column, normed).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  private func values(_ index: Int) -> ArraySlice<Double> {
    parameters[table.tensors[index].range]
  }

  private func matrix(_ index: Int) -> [[Double]] {
    let columns = table.tensors[index].shape[1]
    let flat = Array(values(index))
    return stride(from: 0, to: flat.count, by: columns).map { Array(flat[$0..<$0 + columns]) }
  }

  private func product(_ x: [Double], _ index: Int) -> [Double] {
    matrix(index).map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private func norm(_ x: [Double], _ index: Int) -> [Double] {
    let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let root = (mean + Double(shape.epsilon)).squareRoot()
    return zip(x, values(index)).map { $0 / root * $1 }
  }

  private func rotated(_ rows: [[Double]], _ heads: Int) -> [[Double]] {
    let pairs = shape.headWidth / 2
    return rows.enumerated().map { position, row in
      var row = row
      for head in 0..<heads {
        for i in 0..<pairs {
          let angle = Double(position) * pow(shape.rotaryBase, -Double(i) / Double(pairs))
          let (a, b) = (head * shape.headWidth + i, head * shape.headWidth + i + pairs)
          let (x, y) = (row[a], row[b])
          row[a] = x * cos(angle) - y * sin(angle)
          row[b] = y * cos(angle) + x * sin(angle)
        }
      }
      return row
    }
  }
}
