import CKernels

/// The keys and values of one layer for several sequences that are written together, in memory that is
/// made once.
///
/// Each sequence has a slot with room for a number of entries, in the pages of a ``KeyValueHead``. The rows
/// of one pass may belong to any slots; all of them attend in one call, with the bits of
/// ``KeyValueStore/attend(queries:queryHeads:scale:begins:into:)``.
public final class KeyValueArena: @unchecked Sendable {
  /// Where a row's key and value stand; it sees the entries of its slot up to its own.
  public struct Place: Sendable, Equatable {
    public var slot: Int
    public var entry: Int

    public init(slot: Int, entry: Int) { (self.slot, self.entry) = (slot, entry) }
  }

  private typealias Pages = UnsafePointer<UnsafePointer<Float>?>

  public let slots: Int
  public let heads: Int
  public let headWidth: Int
  /// How many entries a slot has room for, whole pages.
  public let entries: Int
  /// The most rows of a pass.
  public let rows: Int
  private let pageSize: Int
  /// `[slots, heads, pages, pageSize]`
  private let numbers: UnsafeMutablePointer<Float>
  /// `[slots, heads, pages]`: where each page begins.
  private let addresses: UnsafeMutablePointer<UnsafePointer<Float>?>
  /// What a call reads, `[rows, heads]`: a head's pages, the entries before a row's own, the first it sees.
  private let pages: UnsafeMutablePointer<UnsafePointer<UnsafePointer<Float>?>?>
  private let firsts: UnsafeMutablePointer<Int>
  private let begins: UnsafeMutablePointer<Int>

  /// - Throws: ``KernelError/memory(kernel:bytes:)``.
  public init(slots: Int, heads: Int, headWidth: Int, entries: Int, rows: Int) throws(KernelError) {
    let name = "key arena"
    let group = KeyValuePage.entries
    let pagesOfHead = max(entries, 0) / group + (max(entries, 0) % group > 0 ? 1 : 0)
    pageSize = try KernelError.extent(name, 2 * group, headWidth)
    let pageCount = try KernelError.extent(name, slots, heads, pagesOfHead)
    let count = try KernelError.extent(name, pageCount, pageSize)
    let calls = try KernelError.extent(name, rows, heads)
    (self.slots, self.heads, self.headWidth) = (slots, heads, headWidth)
    (self.entries, self.rows) = (pagesOfHead * group, rows)
    let numbers = try AlignedMemory.allocate(Float.self, count, for: name)
    // The tables are small beside the numbers: what was made before is given back where one cannot be had.
    var made: [UnsafeMutableRawPointer] = [UnsafeMutableRawPointer(numbers)]
    func table<T>(_ type: T.Type, _ count: Int) throws(KernelError) -> UnsafeMutablePointer<T> {
      do throws(KernelError) {
        let table = try AlignedMemory.allocate(type, count, for: name)
        made.append(UnsafeMutableRawPointer(table))
        return table
      } catch {
        for memory in made { AlignedMemory.release(memory) }
        throw error
      }
    }
    self.numbers = numbers
    addresses = try table(UnsafePointer<Float>?.self, pageCount)
    pages = try table(UnsafePointer<UnsafePointer<Float>?>?.self, calls)
    firsts = try table(Int.self, calls)
    begins = try table(Int.self, calls)
    for page in 0..<pageCount {
      (addresses + page).initialize(to: UnsafePointer(numbers + page * pageSize))
    }
    pages.initialize(repeating: nil, count: calls)
    firsts.initialize(repeating: 0, count: calls)
    begins.initialize(repeating: 0, count: calls)
  }

  deinit {
    AlignedMemory.release(numbers)
    AlignedMemory.release(addresses)
    AlignedMemory.release(pages)
    AlignedMemory.release(firsts)
    AlignedMemory.release(begins)
  }

  private var pagesOfHead: Int { entries / KeyValuePage.entries }

  /// The first number of a head's pages.
  private func pages(_ slot: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
    numbers + (slot * heads + head) * pagesOfHead * pageSize
  }

  /// Writes rows of keys and values, both `[rows, heads, headWidth]`, at their places.
  ///
  /// Rows that several threads write at once have different slots.
  public func store(
    keys: UnsafeBufferPointer<Float>, values: UnsafeBufferPointer<Float>,
    at places: UnsafeBufferPointer<Place>
  ) throws(KernelError) {
    let count = try KernelError.extent("key arena", places.count, heads, headWidth)
    try KernelError.check("key arena", "keys", keys.count, count)
    try KernelError.check("key arena", "values", values.count, count)
    try check(places)
    guard let k = keys.baseAddress, let v = values.baseAddress else { return }
    let group = KeyValuePage.entries
    for (row, place) in places.enumerated() {
      let (page, inside) = place.entry.quotientAndRemainder(dividingBy: group)
      for head in 0..<heads {
        let to = pages(place.slot, head) + page * pageSize
        // The lanes behind the last entry are computed with, though nobody reads what comes of it.
        if inside == 0 { to.update(repeating: 0, count: pageSize) }
        let from = (row * heads + head) * headWidth
        ck_store_entry_f32(k + from, v + from, to, inside, headWidth)
      }
    }
  }

  /// Attention of rows over their slots' entries up to their own.
  ///
  /// - Parameters:
  ///   - queries: `[places, queryHeads, headWidth]`; `queryHeads` is a multiple of the number of heads,
  ///     and neighbouring query heads share a key head.
  ///   - window: how many entries a row sees, its own among them; nil: all.
  ///   - first: the number of the first row in its pass: threads that attend at once have other rows.
  ///   - out: as `queries`.
  public func attend(
    queries: UnsafeBufferPointer<Float>, queryHeads: Int, scale: Float, window: Int?,
    at places: UnsafeBufferPointer<Place>, first: Int = 0, into out: FloatView
  ) throws(KernelError) {
    let name = "attention"
    let count = try KernelError.extent(name, places.count, queryHeads, headWidth)
    try KernelError.check(name, "queries", queries.count, count)
    try KernelError.check(name, "out", out.count, count)
    guard heads > 0, queryHeads % heads == 0 else {
      throw .size(kernel: name, argument: "heads", needed: heads, found: queryHeads)
    }
    guard first >= 0, first <= rows, places.count <= rows - first else {
      throw .size(kernel: name, argument: "rows", needed: places.count, found: rows - first)
    }
    if let window, window < 1 {
      throw .value(kernel: name, argument: "window", allowed: "above 0")
    }
    try check(places)
    if places.isEmpty { return }
    let base = first * heads
    var next = base
    for place in places {
      let begin = window.map { max(place.entry + 1 - $0, 0) } ?? 0
      let table = Pages(addresses + place.slot * heads * pagesOfHead)
      for head in 0..<heads {
        pages[next] = table + head * pagesOfHead
        firsts[next] = place.entry
        begins[next] = begin
        next += 1
      }
    }
    // One row, whose key heads are those of all rows one after another.
    var call = ck_attention()
    call.queries = queries.baseAddress
    call.out = out.baseAddress
    call.pages = UnsafePointer(pages + base)
    call.first = UnsafePointer(firsts + base)
    call.begins = window == nil ? nil : UnsafePointer(begins + base)
    call.rows = 1
    call.heads = places.count * queryHeads
    call.cached_heads = places.count * heads
    call.head_width = headWidth
    call.scale = scale
    if !ck_attention_f32(&call) { throw .memory(kernel: name, bytes: count * 4) }
  }

  /// The first `count` entries of a slot become those of another.
  public func copy(_ slot: Int, to other: Int, entries count: Int) throws(KernelError) {
    if count <= 0 || slot == other { return }
    try check(slot: slot, entry: count - 1, row: 0)
    try check(slot: other, entry: count - 1, row: 0)
    let used = (count - 1) / KeyValuePage.entries + 1
    for head in 0..<heads {
      pages(other, head).update(from: pages(slot, head), count: used * pageSize)
    }
  }

  /// All entries of a store become those of a slot.
  ///
  /// - Throws: ``KernelError`` for a store of other heads, or with more entries than there is room for.
  public func take(_ store: KeyValueStore, into slot: Int) throws(KernelError) {
    try KernelError.check("key arena", "heads", store.heads.count, heads)
    try KernelError.check("key arena", "head width", store.headWidth, headWidth)
    for (index, head) in store.heads.enumerated() where head.count > 0 {
      try check(slot: slot, entry: head.count - 1, row: 0)
      for (place, page) in head.pages.enumerated() {
        (pages(slot, index) + place * pageSize).update(from: page.numbers, count: pageSize)
      }
    }
  }

  private func check(_ places: UnsafeBufferPointer<Place>) throws(KernelError) {
    for (row, place) in places.enumerated() {
      try check(slot: place.slot, entry: place.entry, row: row)
    }
  }

  private func check(slot: Int, entry: Int, row: Int) throws(KernelError) {
    if slot < 0 || slot >= slots {
      throw .index(kernel: "key arena", argument: "slot", place: row, index: slot, count: slots)
    }
    if entry < 0 || entry >= entries {
      throw .index(kernel: "key arena", argument: "entry", place: row, index: entry, count: entries)
    }
  }
}
