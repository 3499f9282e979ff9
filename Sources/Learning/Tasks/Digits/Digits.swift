package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Classifies images with a perceptron of one hidden layer (MNIST and its kin).
///
/// The last twelfth of the training images is held out: it chooses the best iteration, and the
/// test images are seen once, for the scores.
package struct Digits: LearningTask {
  package let hidden: Int
  package let pixels: Int
  package let steps = 1
  /// One byte a pixel, image by image, and one label an image.
  private let images: [UInt8]
  private let labels: [UInt8]
  /// Images that are trained on; they come first.
  package let trained: Int
  /// Images that are held out, after them; the test images are the rest.
  package let heldOut: Int

  /// Training images for each one that is held out.
  private static let share = 12

  /// Takes images, `training` of them first, then at least one test image.
  ///
  /// Standardises pixels as `(x / 255 − 0.13063) / 0.30811`.
  package init(images: [UInt8], labels: [UInt8], training: Int, hidden: Int = 128) {
    precondition(
      !labels.isEmpty && images.count % labels.count == 0
        && (2..<labels.count).contains(training) && labels.allSatisfy { $0 < 10 },
      "\(images.count) bytes for \(labels.count) images, \(training) of them to train on")
    self.images = images
    self.labels = labels
    heldOut = max(1, training / Self.share)
    trained = training - heldOut
    self.hidden = hidden
    pixels = images.count / labels.count
  }

  package var defaultBatch: Int { 256 }
  package var advice: Advice {
    // A step along few directions of many follows the noise of a small batch: with 128 of them, a
    // batch of 256 and a damping of 1e-3 the loss grows after 40 iterations.
    let parameters = (pixels + 1) * hidden + (hidden + 1) * 10
    return Advice(
      rule: .relative, learningRate: 0.3, damping: 1e-2,
      tangents: min(512, max(128, parameters / 16)), kind: .blockLocalRankOne, batch: 1024)
  }

  package func record() -> Program {
    let r = Recorder()
    let w = r.parameter("W", pixels, hidden, .normal(deviation: 1 / Double(pixels).squareRoot()))
    let b = r.parameter("b", 1, hidden, .zeros)
    let o = r.parameter("O", hidden, 10, .normal(deviation: 1 / Double(hidden).squareRoot()))
    let c = r.parameter("c", 1, 10, .zeros)
    let logits = relu(r.input("image", width: pixels) * w + b) * o + c
    r.output("logits", logits)
    r.crossEntropy(logits, r.input("label", width: 10))
    return r.finish()
  }

  package func trial(_ numbers: inout TrialRandom, heldOut isHeldOut: Bool) -> [[Double]] {
    data(
      isHeldOut
        ? trained + numbers.integer(below: heldOut) : numbers.integer(below: trained))
  }

  /// The channels of one image.
  private func data(_ index: Int) -> [[Double]] {
    let image = images[(index * pixels)..<((index + 1) * pixels)].map {
      (Double($0) / 255 - 0.13063) / 0.30811
    }
    var label = [Double](repeating: 0, count: 10)
    label[Int(labels[index])] = 1
    return [image, label]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    let test = (trained + heldOut)..<labels.count
    var (right, loss) = (0, 0.0)
    for first in stride(from: test.lowerBound, to: test.upperBound, by: Self.portion) {
      let images = (first..<min(first + Self.portion, test.upperBound)).map(data)
      var trials = Trials<Double>(of: program, count: images.count, batch: test.count, steps: 1)
      for c in program.channels.indices { trials.channels[c] = images.flatMap { $0[c] } }
      let found = HeldOutRun(program, parameters: parameters, trials: trials).decisions()
      right += found.decisions.right
      loss += found.loss
    }
    let labels = self.labels[test]
    let most = (UInt8(0)..<10).map { digit in labels.count { $0 == digit } }.max() ?? 0
    return [
      Score(
        "accuracy", Double(right) / Double(test.count),
        "share of the \(test.count) test images, each once, that are told right"),
      Score(
        "accuracy_chance", Double(most) / Double(test.count),
        "the same by always naming the most frequent digit"),
      Score("test_loss", loss, "cross-entropy on the test images"),
    ]
  }

  /// Test images at a time.
  private static let portion = 256
}
