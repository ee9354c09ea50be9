import Files
import Glibc

/// How a training runs, apart from what it gives.
public struct TrainingRun {
  /// How many threads count pieces; the result does not depend on it.
  public var threads = 1
  /// Where a training that is stopped is kept, to be gone on with by the same call; the file is
  /// removed when the training is through.
  public var statePath: String?
  /// Called now and then, on the caller's thread.
  public var progress: ((TrainingProgress) -> Void)?

  public init(
    threads: Int = 1, statePath: String? = nil,
    progress: ((TrainingProgress) -> Void)? = nil
  ) {
    self.threads = threads
    self.statePath = statePath
    self.progress = progress
  }

  /// Runs `work` on the state that is kept, or on a new one; keeps it where `work` is interrupted.
  func keepingState<Result>(
    settings: String, _ work: (inout TrainingState) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> Result {
    var state = TrainingState(settings: settings)
    if let statePath, Paths.exists(statePath) {
      state = try .load(statePath, settings: settings)
    }
    do throws(TokenizerError) {
      let result = try work(&state)
      if let statePath { unlink(statePath) }
      return result
    } catch {
      if let statePath, error.interruption != nil { try state.save(to: statePath) }
      throw error
    }
  }

  /// Counts a corpus, or goes on with it.
  func count(_ corpus: TrainingCorpus, cut cutting: TextCutting, _ state: inout TrainingState)
    throws(TokenizerError)
  {
    if !state.isCounted {
      let progress = progress
      try CorpusCounting(corpus: corpus, cutting: cutting, threads: threads).run(&state) {
        progress?(.counting(bytes: $0))
      }
    }
    if state.counter.bytes == 0 { throw .nothingToLearn }
  }
}

/// How far a training is; given to a progress callback now and then.
public enum TrainingProgress: Sendable, Equatable {
  case counting(bytes: Int)
  case merging(merges: Int, of: Int)
  /// A round of a training by likelihood: how many pieces are left, and their mean loss.
  case fitting(pieces: Int, of: Int, loss: Double)
}
