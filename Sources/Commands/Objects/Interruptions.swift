import Decoding
import Kernels
import Measures
import Models
import Pruning
import Tokenizers
import Training

// Typed errors carry an interruption inside; the language shows the interruption itself.

extension ModelError: InterruptionCarrier {
  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }
}

extension TokenizerError: InterruptionCarrier {
  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }
}

extension TrainingError: InterruptionCarrier {
  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }
}

extension DecodingError: InterruptionCarrier {}
extension MeasureError: InterruptionCarrier {}
extension PruningError: InterruptionCarrier {}
