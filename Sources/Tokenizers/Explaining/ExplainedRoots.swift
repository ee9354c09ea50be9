/// Roots, affixes and pieces step by step: at every place the longest of each kind that could stand
/// there.
struct ExplainedRoots {
  private let model: HybridModel

  init(_ model: HybridModel) { self.model = model }

  func explain(_ piece: [UInt8]) -> ([Int32], EncodingExplanation.Derivation) {
    var steps: [EncodingExplanation.MatchStep] = []
    piece.withUnsafeBufferPointer { bytes in
      model.forEachStep(of: bytes) { step in
        let found = [("root", step.root), ("affix", step.affix), ("piece", step.piece)]
        steps.append(
          .init(
            rest: PrintableToken.beginning(of: step.part[step.start...]),
            candidates: found.compactMap { kind, match in
              match.map { "\(kind) " + PrintableToken.text(of: step.part[step.start..<$0.end]) }
            },
            match: .init(
              id: step.id, text: PrintableToken.text(of: model.tokens[Int(step.id)]))))
      }
    }
    return (steps.map(\.match.id), .matches(steps))
  }
}
