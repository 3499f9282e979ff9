/// What the cells of one column of a table are, from one look at each.
struct ColumnProfile: Equatable, Sendable {
  /// A cell that holds words, for a message.
  struct Word: Equatable, Sendable {
    let line: Int
    let text: String
  }

  private(set) var empty = 0
  private(set) var numbers = 0
  private(set) var words = 0
  private(set) var dates = 0
  private(set) var firstWord: Word?
  private(set) var firstNumber: Double?
  /// Whether all numbers are written without a decimal point.
  private(set) var isWhole = true
  /// Whether each number is larger than the one before.
  private(set) var isRising = true
  /// The line of the first number that is not larger than the one before.
  private(set) var firstFall: Int?
  /// The smallest and the largest step from one number to the next.
  private(set) var steps: ClosedRange<Double>?
  private var last: Double?

  /// A column that counts, by ones or another whole number.
  var counts: Bool {
    guard let steps, numbers >= 3, dates + words == 0 else { return false }
    return isWhole && steps.lowerBound == steps.upperBound && steps.lowerBound > 0
  }

  /// A column of rising numbers or dates, as a clock has.
  var mayBeClock: Bool { (numbers >= 3 && words == 0 && isRising) || holdsDates }

  var holdsDates: Bool { dates > 0 && words == dates && numbers == 0 }

  /// A column of words alone, as names are.
  var holdsWords: Bool { words > 0 && numbers == 0 }

  /// A column without any value.
  var isEmpty: Bool { words + numbers == 0 }

  mutating func add(_ cell: DelimitedText.Cell, of text: DelimitedText, line: Int) {
    guard let number = text.number(cell) else {
      words += 1
      let word = text.text(cell)
      if firstWord == nil { firstWord = Word(line: line, text: String(word.prefix(40))) }
      // Nothing but dates is worth the time that recognising one takes.
      if dates == words - 1, DateText(word) != nil { dates += 1 }
      return
    }
    guard !number.isNaN else {
      empty += 1
      return
    }
    numbers += 1
    guard number.isFinite else {
      // No clock is infinite, and infinite numbers have no steps.
      (isRising, isWhole) = (false, false)
      return
    }
    if isWhole { isWhole = text.isWhole(cell) }
    if firstNumber == nil { firstNumber = number }
    if let last {
      let step = number - last
      steps = steps.map { min($0.lowerBound, step)...max($0.upperBound, step) } ?? step...step
      if step <= 0, isRising { (isRising, firstFall) = (false, line) }
    }
    last = number
  }

  /// Adds the cell above all others.
  mutating func addFirst(_ cell: DelimitedText.Cell, of text: DelimitedText, line: Int) {
    var whole = ColumnProfile()
    whole.add(cell, of: text, line: line)
    whole.append(self)
    self = whole
  }

  /// Adds the cells below.
  private mutating func append(_ other: ColumnProfile) {
    if let last, let next = other.firstNumber {
      let step = next - last
      steps = step...step
      if let more = other.steps {
        steps = min(step, more.lowerBound)...max(step, more.upperBound)
      }
      isRising = step > 0 && other.isRising
      firstFall = other.firstFall
    } else if numbers == 0 {
      (steps, isRising, firstFall) = (other.steps, other.isRising, other.firstFall)
    }
    isWhole = isWhole && other.isWhole
    dates = dates == words ? dates + other.dates : dates
    empty += other.empty
    numbers += other.numbers
    words += other.words
    firstWord = firstWord ?? other.firstWord
    firstNumber = firstNumber ?? other.firstNumber
    last = other.last ?? last
  }
}
