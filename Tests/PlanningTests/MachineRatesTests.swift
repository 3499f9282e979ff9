import Foundation
import Machine
import TestSupport
import Testing

@testable import Planning

/// Rates of a machine where they are measured, and where they are not.
@Suite struct MachineRatesTests {
  @Test func assumedShares() {
    let rates = MachineRates(of: exampleMachine, threads: 1)
    #expect(rates.squares(isDouble: true) == 2e10 && rates.squares(isDouble: false) == 4e10)
    #expect(rates.panels(isDouble: true) == 1.5e10 && rates.panels(isDouble: false) == 3e10)
    #expect(rates.packed == 3e10)
    #expect(rates.gram == 1.6e10 && rates.factor == 1e10)
    #expect(rates.memory == 1e10 && rates.vectors == 2e10)
    #expect(rates.reading == 5e8 && rates.writing == 5e8)
  }

  @Test func measuredOnes() {
    let measured = machine {
      $0.panelRateFloat = 1e10
      $0.panelRateDouble = 2e9
      $0.packedRate = 6e11
      $0.gramRate = 3e9
      $0.factorRate = 4e9
      $0.vectorBandwidth = 5e9
      $0.messagesWithinHost = MessageRate(latency: 1, bandwidth: 2)
      $0.messagesBetweenHosts = MessageRate(latency: 3, bandwidth: 4)
    }
    let rates = MachineRates(of: measured, threads: 1)
    #expect(rates.panels(isDouble: false) == 1e10 && rates.panels(isDouble: true) == 2e9)
    #expect(rates.packed == 6e11)
    #expect(rates.gram == 3e9 && rates.factor == 4e9 && rates.vectors == 5e9)
    #expect(rates.messages(amongNodes: 1) == MessageRate(latency: 1, bandwidth: 2))
    #expect(rates.messages(amongNodes: 2) == MessageRate(latency: 3, bandwidth: 4))
    #expect(!rates.assumesNetwork(amongNodes: 2))
  }

  /// Through the two points that are measured, and rising with the rows.
  @Test func panelsOfAnyWidth() {
    let rates = MachineRates(of: exampleMachine, threads: 1)
    #expect(agree(rates.panels(of: 256, isDouble: true), 1.5e10))
    #expect(agree(rates.panels(of: 1024, isDouble: true), 2e10))
    let widths = [1.0, 4, 64, 256, 700, 1024]
    let found = widths.map { rates.panels(of: $0, isDouble: false) }
    #expect(found == found.sorted() && found[0] > 0)
    // A panel that was measured faster than the square is as fast.
    let odd = MachineRates(of: machine { $0.panelRateDouble = 9e10 }, threads: 1)
    #expect(agree(odd.panels(of: 5, isDouble: true), 2e10))
  }

  /// The job's threads, not those that were measured; messages and files have none.
  @Test func threads() {
    let rates = MachineRates(of: machine { $0.threads = 2 }, threads: 6)
    #expect(rates.squares(isDouble: true) == 6e10 && rates.gram == 4.8e10)
    #expect(rates.memory == 3e10 && rates.reading == 5e8)
    #expect(rates.throughMemory == MessageRate(latency: 1e-6, bandwidth: 2.5e9))
  }

  @Test func assumedNetwork() {
    let rates = MachineRates(of: exampleMachine, threads: 1)
    #expect(rates.messages(amongNodes: 1) == rates.throughMemory)
    #expect(rates.messages(amongNodes: 3) == MessageRate(latency: 3e-5, bandwidth: 1.1e9))
    #expect(rates.assumesNetwork(amongNodes: 3) && !rates.assumesNetwork(amongNodes: 1))
  }
}

/// Descriptions of machines in files.
@Suite struct MachineFileTests {
  @Test func aDescriptionAndAReport() throws {
    let folder = try TemporaryDirectory()
    let json = try JSONEncoder().encode(exampleMachine)
    for text in [String(decoding: json, as: UTF8.self)].flatMap({ [$0, "{\"machine\": \($0)}"] }) {
      let path = folder.file("machine.json")
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try MachineDescription(file: path) == exampleMachine)
    }
  }

  @Test(arguments: [
    ("{}", "is missing"), ("[1]", "is not a number"), ("{", "not valid JSON"),
  ])
  func noDescription(text: String, says: String) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("machine.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = try #require(throws: MachineFileError.self) {
      try MachineDescription(file: path)
    }
    #expect(error.exitCode == 65 && error.description.contains(says), "\(error)")
  }

  @Test func ratesThatNoMachineHas() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("machine.json")
    let slow = machine { $0.messagesBetweenHosts = MessageRate(latency: 0, bandwidth: 0) }
    try JSONEncoder().encode(slow).write(to: URL(fileURLWithPath: path))
    let error = try #require(throws: MachineFileError.self) {
      try MachineDescription(file: path)
    }
    #expect(error.description.contains("messagesBetweenHosts.bandwidth is 0.0"), "\(error)")
    let none = folder.file("none.json")
    let missing = try #require(throws: MachineFileError.self) {
      try MachineDescription(file: none)
    }
    #expect(missing.exitCode == 66)
  }
}
