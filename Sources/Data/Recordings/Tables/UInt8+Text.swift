// The bytes that mean something between cells.
extension UInt8 {
  static let newLine = UInt8(ascii: "\n")
  static let quote = UInt8(ascii: "\"")
  static let tab = UInt8(ascii: "\t")
  static let semicolon = UInt8(ascii: ";")
  static let comma = UInt8(ascii: ",")
  static let point = UInt8(ascii: ".")
  static let bar = UInt8(ascii: "|")

  var isLineEnd: Bool { self == .newLine || self == UInt8(ascii: "\r") }
  var isBlank: Bool { self <= UInt8(ascii: " ") && !isLineEnd }
  var isCommentMark: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: "%") }
}
