import Language

/// `training  4,500 of 10,000  45 %  1,200/s  5 s left  loss 3.21`
struct ProgressLine {
  private let progress: ProgressState

  init(_ progress: ProgressState) { self.progress = progress }

  /// The line, cut to one row.
  func text(columns: Int) -> String {
    var parts = [progress.label]
    let rate = progress.seconds > 0 ? Double(progress.done) / progress.seconds : 0
    if let total = progress.total, total > 0 {
      let share = min(100, Int(100 * Double(progress.done) / Double(total)))
      parts += ["\(grouped(progress.done)) of \(grouped(total))", "\(share) %"]
    } else {
      parts.append(grouped(progress.done))
    }
    if rate > 0 { parts.append(rateText(rate)) }
    if let total = progress.total, rate > 0, progress.done < total {
      parts.append(timeText(Double(total - progress.done) / rate) + " left")
    }
    if !progress.detail.isEmpty { parts.append(progress.detail) }
    return String(parts.joined(separator: "  ").prefix(max(1, columns - 1)))
  }

  private func rateText(_ rate: Double) -> String {
    if rate >= 10 { return grouped(whole(rate)) + "/s" }
    if rate < 0.1 { return "\(whole(1 / rate)) s each" }
    let tenths = whole(rate * 10)
    return "\(tenths / 10).\(tenths % 10)/s"
  }

  /// `8 s`, `3 min 20 s`, `2 h 5 min`.
  private func timeText(_ seconds: Double) -> String {
    let all = max(1, whole(seconds))
    if all < 60 { return "\(all) s" }
    if all < 3_600 { return "\(all / 60) min \(all % 60) s" }
    return "\(all / 3_600) h \(all / 60 % 60) min"
  }

  private func whole(_ number: Double) -> Int {
    number < 1e15 ? Int(number.rounded()) : 1_000_000_000_000_000
  }

  /// `12,345`
  private func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.enumerated().map { index, digit in
      let behind = digits.count - index
      return (index > 0 && behind % 3 == 0 && digits[index - 1] != "-" ? "," : "") + String(digit)
    }.joined()
  }
}
