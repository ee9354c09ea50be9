import Files
import Kernels
import Models
import Tensors
import Tokenizers

/// A model whose scores depend on the last id alone: row `id` of a table.
struct TableModel: LanguageModel {
  let name = "table"
  let architecture = "table"
  var rows: [[Float]]
  var contextLength = 64
  var bosID: Int32?
  var eosID: Int32?
  var vocabularySize: Int { rows.count }
  var stopIDs: Set<Int32> { Set([bosID, eosID].compactMap { $0 }) }
  var tokenizer: Tokenizer? { nil }
  var parameterCount: Int { rows.count * rows.count }
  var configuration: [JSON.Member] { [] }
  func digest() throws(ModelError) -> String { "" }
  func makeCache() -> KeyValueCache { KeyValueCache(layers: 0, heads: 1, headWidth: 2) }

  func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    try check(ids)
    let values = ids.flatMap { rows[Int($0)] }
    do throws(TensorError) { return try Tensor(values, shape: [ids.count, rows.count]) } catch {
      throw .memory(needed: 0)
    }
  }

  func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float] {
    try check(ids)
    guard let last = ids.last else { throw .noTokens(operation: "a forward pass") }
    return rows[Int(last)]
  }
}
