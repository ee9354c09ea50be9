import Kernels
import Models

/// A prompt without the tokens that say least.
///
/// Selective context (Y. Li et al., arXiv 2310.06201): a token whose self-information
/// -log p(xᵢ | x<ᵢ) under a model is small could have been guessed, so it can be left out. Here
/// single tokens are dropped down to a budget. BOS, where the model's files ask for it, stays and does not
/// count.
public struct PromptPruning: Sendable, Equatable {
  /// The prompt's ids, BOS included.
  public let ids: [Int32]
  /// Whether each of ``ids`` stays.
  public let kept: [Bool]
  /// -log p of each of ``ids`` in nats; the first has none and counts as infinite.
  public let selfInformation: [Float]
  /// The text of what stays; nil without a tokenizer.
  public let keptText: String?
  /// What it costs to foretell a continuation, if one was given.
  public let continuation: ContinuationLoss?

  public var keptIDs: [Int32] { zip(ids, kept).filter(\.1).map(\.0) }

  /// Prunes ids.
  ///
  /// - Parameters:
  ///   - prompt: at least one id, with BOS in front if the model wants it.
  ///   - budget: how many stay, BOS aside.
  ///   - protected: so many first tokens, BOS aside, always stay. The very first token always does.
  ///   - continuation: ids whose likelihood is compared behind the full and the pruned prompt.
  /// - Complexity: one forward pass over the prompt, two more with a continuation.
  public init(
    _ model: some LanguageModel, prompt: [Int32], budget: TokenBudget, protected: Int = 0,
    continuation: [Int32] = []
  ) throws(PruningError) {
    guard let first = prompt.first else { throw .model(.noTokens(operation: "pruning")) }
    let beginning = model.addsBOS && first == model.bosID ? 1 : 0
    let available = prompt.count - beginning
    // Without BOS the first token has no self-information: nothing says that it can go.
    let least = max(protected, 1 - beginning)
    guard protected >= 0, least <= available else {
      throw .budget(asked: protected, least: 0, available: available)
    }
    let count = try budget.count(of: available, least: least)
    do throws(ModelError) {
      var information: [Float] = [.infinity]
      if prompt.count > 1 { information += try TokenLoss.nats(model, ids: prompt) }
      selfInformation = information
    } catch { throw .model(error) }
    ids = prompt
    kept = TokenSelection.keepHighest(
      selfInformation, count: beginning + count, always: Set(0..<(beginning + least)))
    let keptIDs = zip(prompt, kept).filter(\.1).map(\.0)
    do throws(ModelError) {
      keptText = model.tokenizer == nil ? nil : try model.text(of: keptIDs)
      self.continuation =
        continuation.isEmpty
        ? nil
        : try ContinuationLoss(model, full: prompt, pruned: keptIDs, continuation: continuation)
    } catch { throw .model(error) }
  }

  /// Prunes a text.
  ///
  /// - Parameter continuation: text that follows the prompt as it stands (with its space). Where the
  ///   two are cut into tokens across their border, it is cut alone.
  public init(
    _ model: some LanguageModel, text: String, budget: TokenBudget, protected: Int = 0,
    continuation: String = ""
  ) throws(PruningError) {
    let prompt: [Int32]
    var following: [Int32] = []
    do throws(ModelError) {
      prompt = try model.ids(of: text)
      if !continuation.isEmpty {
        let whole = try model.ids(of: text + continuation)
        if whole.starts(with: prompt) {
          following = Array(whole.dropFirst(prompt.count))
        } else {
          following = Array(try model.ids(of: continuation).dropFirst(model.addsBOS ? 1 : 0))
        }
      }
    } catch { throw .model(error) }
    try self.init(
      model, prompt: prompt, budget: budget, protected: protected, continuation: following)
  }
}

/// The negative log-likelihood of the same tokens behind two prompts.
public struct ContinuationLoss: Sendable, Equatable {
  /// The number of tokens foretold.
  public let tokens: Int
  /// Behind the full prompt, in nats.
  public let full: Double
  /// Behind the pruned prompt, in nats.
  public let pruned: Double
  /// What pruning costs, in nats; negative where it helps.
  public var change: Double { pruned - full }

  init(_ model: some LanguageModel, full: [Int32], pruned: [Int32], continuation: [Int32])
    throws(ModelError)
  {
    tokens = continuation.count
    func nats(_ prompt: [Int32]) throws(ModelError) -> Double {
      let losses = try TokenLoss.nats(model, ids: prompt + continuation, from: prompt.count)
      return Sums.sum(losses.map { Double($0) })
    }
    self.full = try nats(full)
    self.pruned = try nats(pruned)
  }
}
