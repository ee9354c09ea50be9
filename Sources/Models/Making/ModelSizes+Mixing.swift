import Files

extension ModelSizes {
  /// The same sizes with a mixer in the layers that a pattern does not leave to attention.
  ///
  /// - Parameter companion: what mixers read that take queries and keys from elsewhere.
  public func mixing(
    _ mixer: TokenMixer, _ pattern: MixingPattern = .uniform, companion: CompanionSequence? = nil
  ) -> ModelSizes {
    var sizes = self
    let mixers = pattern.mixers(mixer, layers: min(layers, SizeChecks.layerLimit))
    sizes.mixers = mixers.allSatisfy { $0 == .softmax } ? [] : mixers
    sizes.companion = mixers.contains(where: \.readsCompanion) ? companion : nil
    return sizes
  }

  /// The members of `config.json` that say how tokens are mixed; none for attention.
  var mixingMembers: [JSON.Member] {
    if mixers.isEmpty { return [] }
    var members = [JSON.Member("mixers", .array(mixers.map { .string($0.rawValue) }))]
    switch companion {
    case nil: break
    case .drawn(let deviation, let seed):
      // A seed may be larger than JSON's integers are for others.
      members.append(
        .init(
          "companion",
          .object([.init("deviation", .number(deviation)), .init("seed", .string(String(seed)))])))
    case .tokens(let ids):
      members.append(
        .init("companion", .object([.init("tokens", .array(ids.map { .integer(Int($0)) }))])))
    }
    return members
  }
}

extension ConfigurationFields {
  /// The mixer of each layer, as ``ModelSizes`` writes it; whether they are as many is not looked at here.
  func mixers() throws(ModelError) -> [TokenMixer] {
    guard isGiven("mixers") else { return [] }
    guard let words = json["mixers"]?.arrayValue, words.count <= SizeChecks.layerLimit else {
      throw .configuration(
        path: path, field: "mixers", reason: "it is not a list of layers' mixers")
    }
    var mixers: [TokenMixer] = []
    for word in words {
      guard let mixer = word.stringValue.flatMap({ TokenMixer(rawValue: $0) }) else {
        throw .configuration(
          path: path, field: "mixers",
          reason: "each is one of " + TokenMixer.allCases.map(\.rawValue).joined(separator: ", "))
      }
      mixers.append(mixer)
    }
    return mixers
  }

  /// The companion beside them.
  func companion() throws(ModelError) -> CompanionSequence? {
    guard isGiven("companion"), let json = self.json["companion"] else { return nil }
    func fail(_ reason: String) -> ModelError {
      .configuration(path: path, field: "companion", reason: reason)
    }
    if json["tokens"] != nil {
      guard let items = json["tokens"]?.arrayValue, items.count <= SizeChecks.contextLimit else {
        throw fail("its tokens are not a list of ids")
      }
      var ids: [Int32] = []
      for item in items {
        guard let id = item.intValue.flatMap({ Int32(exactly: $0) }) else {
          throw fail("its tokens are not ids")
        }
        ids.append(id)
      }
      return .tokens(ids)
    }
    guard let deviation = json["deviation"]?.doubleValue,
      let seed = json["seed"]?.stringValue.flatMap({ UInt64($0) })
    else { throw fail("it has neither tokens, nor a deviation and a seed") }
    return .drawn(deviation: deviation, seed: seed)
  }
}
