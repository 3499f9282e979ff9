package import Differentiation
internal import LinearAlgebra
internal import SOFO

/// Classifies images with a perceptron of one hidden layer (MNIST and its kin).
package struct Digits: LearningTask {
  package let hidden: Int
  package let pixels: Int
  package let steps = 1
  /// One byte a pixel, image by image, and one label an image.
  private let images: [UInt8]
  private let labels: [UInt8]
  /// Images that are trained on; the rest is held out.
  private let trained: Int

  /// Standardises pixels as `(x / 255 − 0.13063) / 0.30811`.
  package init(images: [UInt8], labels: [UInt8], trained: Int, hidden: Int = 128) {
    precondition(
      !labels.isEmpty && images.count % labels.count == 0 && trained < labels.count,
      "\(images.count) bytes for \(labels.count) images, \(trained) trained")
    self.images = images
    self.labels = labels
    self.trained = trained
    self.hidden = hidden
    pixels = images.count / labels.count
  }

  package var defaultBatch: Int { 256 }
  package var advice: Advice {
    Advice(rule: .relative, learningRate: 0.3, damping: 1e-3, tangents: 128, kind: .blockLocal)
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

  package func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let index =
      heldOut
      ? trained + numbers.integer(below: labels.count - trained)
      : numbers.integer(below: trained)
    let image = images[(index * pixels)..<((index + 1) * pixels)].map {
      (Double($0) / 255 - 0.13063) / 0.30811
    }
    var label = [Double](repeating: 0, count: 10)
    label[Int(min(9, labels[index]))] = 1
    return [image, label]
  }

  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    [
      accuracy(
        of: program, output: "logits", label: "label", parameters: parameters, trials: 2048,
        seed: seed)
    ]
  }
}
