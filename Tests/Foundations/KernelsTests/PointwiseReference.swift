import Kernels

// Made by Tests/Oracles/pointwise_reference.py; do not edit.

/// x, tanh x, ln cosh x, artanh x (0 beyond 1).
let elementaryReference: [(Double, Double, Double, Double)] = [
  (
    8.673617379884035472e-19, 8.673617379884035472e-19, 3.761581922631320025e-37,
    8.673617379884035472e-19
  ),
  (
    9.313225746154785156e-10, 9.313225746154785154e-10, 4.336808689942017735e-19,
    9.313225746154785159e-10
  ),
  (0.000244140625, 0.0002441406201493617062, 2.980232209163584397e-8, 0.0002441406298506385829),
  (0.0078125, 0.007812341058161013821, 0.00003051726768919444957, 0.00781265895154042091),
  (0.109375, 0.1089409299208545858, 0.005969557323712036923, 0.109814304603382635),
  (0.25, 0.2449186624037091293, 0.03092980362016137146, 0.2554128118829953416),
  (0.296875, 0.2884502129727393092, 0.04343488916069828267, 0.306089059013139083),
  (0.3046875, 0.2955964359042206981, 0.04571634261170069145, 0.3146787213423076345),
  (0.40625, 0.3852839662694722898, 0.0803448515789816635, 0.4311117553019396487),
  (0.546875, 0.4981744262294550555, 0.1426276822780029363, 0.6139120100740579498),
  (0.5625, 0.5098299737352565825, 0.1505029556883694662, 0.636482837906443722),
  (0.75, 0.6351489523872873192, 0.2582660974228071001, 0.9729550745276566526),
  (0.96875, 0.7481544703297353811, 0.4101893569171797701, 2.071567363195766344),
  (0.999969482421875, 0.7615813390580977126, 0.4337575886694420863, 5.545169815026822972),
  (1.109375, 0.8038413530590799306, 0.5194565239899311314, 0.0),
  (1.75, 0.9413755384972873623, 1.086603237712675256, 0.0),
  (3.3125, 0.997349955165573678, 2.620678720475682734, 0.0),
  (5.59375, 0.9999723079908724932, 4.90061666554047525, 0.0),
  (8.5625, 0.9999999269303583952, 7.86935285597487616, 0.0),
  (12.8125, 0.9999999999851326387, 12.11935281944748837, 0.0),
  (19.0625, 0.9999999999999999446, 18.36935281944005472, 0.0),
  (40.0, 1.0, 39.30685281944005469, 0.0),
  (1000.0, 1.0, 999.3068528194400547, 0.0),
]

struct LossReference {
  var loss: PointwiseLoss
  var z: Double
  var s: Double
  var e: Double
  var c: Double
  var phi: Double
  var beyond: Bool
}

let lossReference: [LossReference] = [
  LossReference(
    loss: .crossEntropy, z: 0.5, s: 0.5078125, e: -0.006121896540356409471,
    c: 0.7807521884961377973, phi: 0.00002394262755721548564, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 0.5, s: 0.25, e: 0.2171984948563006292,
    c: 0.9400148488063779563, phi: 0.02634458597688628645, beyond: false),
  LossReference(
    loss: .crossEntropy, z: -1.5, s: 2.0, e: -1.869175833720683322,
    c: 0.07065082485316446569, phi: 3.637581464101100215, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 0.0, s: -0.75, e: 0.6351489523872873192,
    c: 0.596585808281331426, phi: 0.2582660974228071001, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 7.25, s: 7.2421875, e: 1.588462388407971019e-8,
    c: 2.049157830810936471e-6, phi: 6.188772611882824497e-11, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 7.25, s: 7.5, e: -3.968903625516538043e-7,
    c: 1.223608533397809148e-6, phi: 5.372844242979782947e-8, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 7.25, s: 3.0, e: 0.004944237618453145765,
    c: 0.009866037165440191273, phi: 0.002470893837225352544, beyond: false),
  LossReference(
    loss: .crossEntropy, z: -7.25, s: -6.875, e: -1.126710923685390391e-6,
    c: 4.27080692021891249e-6, phi: 1.850953485035247063e-7, beyond: false),
  LossReference(
    loss: .crossEntropy, z: -7.25, s: 4.0, e: -1.999328291044250641,
    c: 0.00134095068302589688, phi: 8.000323554208675852, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 3.0, s: 11.0, e: -0.00494524575537593025,
    c: 1.115787236525079344e-9, phi: 0.03708628564737274906, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 2.0, s: -20.0, e: 1.964027580075816875,
    c: 1.699341702116635584e-17, phi: 39.19045683375016171, beyond: false),
  LossReference(
    loss: .crossEntropy, z: -0.125, s: -0.125, e: 0.0,
    c: 0.9845363309503933903, phi: 0.0, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 3.75, s: 3.25, e: 0.001896807239626784036,
    c: 0.005995714834276198268, phi: 0.0003966000474698879179, beyond: false),
  LossReference(
    loss: .crossEntropy, z: -2.5, s: -2.4375, e: -0.001768780687151909754,
    c: 0.03007930673051775014, phi: 0.00005413954968032760151, beyond: false),
  LossReference(
    loss: .crossEntropy, z: 0.25, s: 30.0, e: -0.7550813375962908707,
    c: 3.502604305078608135e-26, phi: 21.98959280930954672, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 0.5, s: 0.5078125, e: -0.007784238270061411226,
    c: 0.9927578855770744901, phi: 0.00003044401624367425333, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 0.5, s: 0.25, e: 0.25,
    c: 0.0, phi: 0.03321051335137725116, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: -1.5, s: 2.0, e: -0.25,
    c: 0.0, phi: 0.8475838712963238606, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 0.0, s: -0.75, e: 0.25,
    c: 0.0, phi: 0.1559160575980367504, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 7.25, s: 7.2421875, e: 0.007873854230806235205,
    c: 1.015747692451907362, phi: 0.00003067714650921652516, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 7.25, s: 7.5, e: -0.1967347091847502584,
    c: 0.6065309004389521508, phi: 0.02663266860000964089, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 7.25, s: 3.0, e: 0.25,
    c: 0.0, phi: 1.035450580618188166, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: -7.25, s: -6.875, e: -0.25,
    c: 0.0, phi: 0.06670058061818816553, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: -7.25, s: 4.0, e: -0.25,
    c: 0.0, phi: 2.785450580618188166, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 3.0, s: 11.0, e: -0.25,
    c: 0.0, phi: 1.961685468169867113, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 2.0, s: -20.0, e: 0.25,
    c: 0.0, phi: 5.472812812741304113, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: -0.125, s: -0.125, e: 0.0,
    c: 1.0, phi: 0.0, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 3.75, s: 3.25, e: 0.25,
    c: 0.0, phi: 0.09794637360828553332, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: -2.5, s: -2.4375, e: -0.06651495221616700241,
    c: 1.131131555431772271, phi: 0.002035916372306316554, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 0.25), z: 0.25, s: 30.0, e: -0.25,
    c: 0.0, phi: 7.404522988529962917, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 0.5, s: 0.5078125, e: -0.007784238270061411226,
    c: 0.9927578855770744901, phi: 0.00003044401624367425333, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 0.5, s: 0.25, e: 0.2761766430900382323,
    c: 1.195266779219139527, phi: 0.03349820321502237325, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: -1.5, s: 2.0, e: -1.0,
    c: 0.0, phi: 3.162362007306125398, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 0.0, s: -0.75, e: 0.6351489523872873192,
    c: 0.596585808281331426, phi: 0.2582660974228071001, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 7.25, s: 7.2421875, e: 0.007873854230806235205,
    c: 1.015747692451907362, phi: 0.00003067714650921652516, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 7.25, s: 7.5, e: -0.1967347091847502584,
    c: 0.6065309004389521508, phi: 0.02663266860000964089, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 7.25, s: 3.0, e: 1.0,
    c: 0.0, phi: 3.926040644978282767, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: -7.25, s: -6.875, e: -0.5584996936721485308,
    c: 2.116997631365099387, phi: 0.09174997176846715932, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: -7.25, s: 4.0, e: -1.0,
    c: 0.0, phi: 10.92604064497828277, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 3.0, s: 11.0, e: -0.5012393195414533061,
    c: 1.130937597147493066e-7, phi: 3.758984993213136419, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 2.0, s: -20.0, e: 1.0,
    c: 0.0, phi: 21.67101010886468865, beyond: true),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: -0.125, s: -0.125, e: 0.0,
    c: 1.0, phi: 0.0, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 3.75, s: 3.25, e: 0.8583256512165605121,
    c: 2.713125367789871873, phi: 0.1794657817122681661, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: -2.5, s: -2.4375, e: -0.06651495221616700241,
    c: 1.131131555431772271, phi: 0.002035916372306316554, beyond: false),
  LossReference(
    loss: .clipped(k: 0, threshold: 1.0), z: 0.25, s: 30.0, e: -0.8032653298563167118,
    c: 3.726115932664449131e-26, phi: 23.39281431270125738, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 0.5, s: 0.5078125, e: -0.007592432686094699963,
    c: 0.9682960822028098347, phi: 0.00002969386804531188279, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 0.5, s: 0.25, e: 0.25,
    c: 0.0, phi: 0.03251141121330749541, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: -1.5, s: 2.0, e: -0.25,
    c: 0.0, phi: 0.8365184856050077048, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 0.0, s: -0.75, e: 0.25,
    c: 0.0, phi: 0.1554115890228742098, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 7.25, s: 7.2421875, e: 2.050909399959197908e-12,
    c: 2.645726513815805605e-10, phi: 7.990502020410840437e-15, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 7.25, s: 7.5, e: -5.124365431945887265e-11,
    c: 1.57983611153110135e-10, phi: 6.937033475175862305e-12, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 7.25, s: 3.0, e: 6.38364715546106581e-7,
    c: 1.273832387257709592e-6, phi: 3.190241981206546227e-7, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: -7.25, s: -6.875, e: -1.454728825363657545e-10,
    c: 5.514161444430840225e-10, phi: 2.389819191847964478e-11, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: -7.25, s: 4.0, e: -0.0002581390164243461019,
    c: 1.731339930217587403e-7, phi: 0.001032944745798251644, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 3.0, s: 11.0, e: -0.003103226522389071626,
    c: 7.001756266538905901e-10, phi: 0.02327228027297007848, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 2.0, s: -20.0, e: 0.25,
    c: 0.0, phi: 5.415873419249526956, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: -0.125, s: -0.125, e: 0.0,
    c: 0.9841360377570966597, phi: 0.0, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 3.75, s: 3.25, e: 0.0002681875180171944304,
    c: 0.0008477276164655472959, phi: 0.00005607485049317861195, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: -2.5, s: -2.4375, e: -0.002879953160353512572,
    c: 0.04897554293137610075, phi: 0.00008815076302819475352, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.25), z: 0.25, s: 30.0, e: -0.25,
    c: 0.0, phi: 7.403898861123578803, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 0.5, s: 0.5078125, e: -0.007592432686094699963,
    c: 0.9682960822028098347, phi: 0.00002969386804531188279, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 0.5, s: 0.25, e: 0.0625,
    c: 0.0, phi: 0.01365992778906328189, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: -1.5, s: 2.0, e: -0.0625,
    c: 0.0, phi: 0.2160104785128804264, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 0.0, s: -0.75, e: 0.0625,
    c: 0.0, phi: 0.04489002316368688974, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 7.25, s: 7.2421875, e: 2.050909399959197908e-12,
    c: 2.645726513815805605e-10, phi: 7.990502020410840437e-15, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 7.25, s: 7.5, e: -5.124365431945887265e-11,
    c: 1.57983611153110135e-10, phi: 6.937033475175862305e-12, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 7.25, s: 3.0, e: 6.38364715546106581e-7,
    c: 1.273832387257709592e-6, phi: 3.190241981206546227e-7, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: -7.25, s: -6.875, e: -1.454728825363657545e-10,
    c: 5.514161444430840225e-10, phi: 2.389819191847964478e-11, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: -7.25, s: 4.0, e: -0.0002581390164243461019,
    c: 1.731339930217587403e-7, phi: 0.001032944745798251644, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 3.0, s: 11.0, e: -0.003103226522389071626,
    c: 7.001756266538905901e-10, phi: 0.02327228027297007848, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 2.0, s: -20.0, e: 0.0625,
    c: 0.0, phi: 1.368009506486379952, beyond: true),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: -0.125, s: -0.125, e: 0.0,
    c: 0.9841360377570966597, phi: 0.0, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 3.75, s: 3.25, e: 0.0002681875180171944304,
    c: 0.0008477276164655472959, phi: 0.00005607485049317861195, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: -2.5, s: -2.4375, e: -0.002879953160353512572,
    c: 0.04897554293137610075, phi: 0.00008815076302819475352, beyond: false),
  LossReference(
    loss: .clipped(k: 0.125, threshold: 0.0625), z: 0.25, s: 30.0, e: -0.0625,
    c: 0.0, phi: 1.857365057454139073, beyond: true),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 0.5, s: 0.5078125,
    e: -0.007771966950699904427,
    c: 0.9911928706533375275, phi: 0.00003039602333376939246, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 0.5, s: 0.25, e: 0.2757412694966345964,
    c: 1.193382522871744602, phi: 0.03344539558819661444, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: -1.5, s: 2.0, e: -10.04335120483677435,
    c: 0.3796170665759712768, phi: 19.54524958064005052, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 0.0, s: -0.75, e: 0.6345292948727631365,
    c: 0.59600377334642281, phi: 0.2580141304984921663, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 7.25, s: 7.2421875,
    e: 3.281455027113866603e-11,
    c: 4.23316240556605866e-9, phi: 1.278480318270631896e-13, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 7.25, s: 7.5, e: -8.198984659079473705e-10,
    c: 2.527737768573732584e-9, phi: 1.109925351691590192e-10, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 7.25, s: 3.0, e: 0.00001021383540883161147,
    c: 0.00002038131811649226871, phi: 5.104387149987314083e-6, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: -7.25, s: -6.875,
    e: -2.327566111487905682e-9,
    c: 8.822658276618666605e-9, phi: 3.823710692017266313e-10, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: -7.25, s: 4.0, e: -0.004130224246652493148,
    c: 2.77014387752501444e-6, phi: 0.01652711586819955081, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 3.0, s: 11.0, e: -0.04543246520130248512,
    c: 1.025084845184393237e-8, phi: 0.3407153992879249746, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 2.0, s: -20.0, e: 23.25030285554777774,
    c: 2.011693197696777276e-16, phi: 463.9395086278721509, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: -0.125, s: -0.125, e: 0.0,
    c: 0.9989935337257813916, phi: 0.0, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 3.75, s: 3.25, e: 0.004270982984971701307,
    c: 0.01350036814756918559, phi: 0.0008930122255944925397, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: -2.5, s: -2.4375,
    e: -0.02793583477174540868,
    c: 0.4750676830520063523, phi: 0.0008550712507618193888, beyond: false),
  LossReference(
    loss: .clipped(k: 0.03125, threshold: .infinity), z: 0.25, s: 30.0, e: -0.8023785620207764487,
    c: 3.722002472718192048e-26, phi: 23.36698972580046341, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 0.5, s: 0.5078125, e: -0.007784238270061411226,
    c: 0.9927578855770744901, phi: 0.00003044401624367425333, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 0.5, s: 0.25, e: 0.0,
    c: 0.0, phi: 0.02770503525614780944, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: -1.5, s: 2.0, e: 0.0,
    c: 0.0, phi: 0.02427497231395075385, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 0.0, s: -0.75, e: 0.0,
    c: 0.0, phi: 0.03226926056878558584, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 7.25, s: 7.2421875, e: 0.007873854230806235205,
    c: 1.015747692451907362, phi: 0.00003067714650921652516, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 7.25, s: 7.5, e: -0.1967347091847502584,
    c: 0.6065309004389521508, phi: 0.02663266860000964089, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 7.25, s: 3.0, e: 0.0,
    c: 0.0, phi: 0.02363372963894859218, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: -7.25, s: -6.875, e: 0.0,
    c: 0.0, phi: 0.02363372963894859218, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: -7.25, s: 4.0, e: 0.0,
    c: 0.0, phi: 0.02363372963894859218, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 3.0, s: 11.0, e: 0.0,
    c: 0.0, phi: 0.0481746128299472102, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 2.0, s: -20.0, e: 0.0,
    c: 0.0, phi: 0.02387349364585743165, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: -0.125, s: -0.125, e: 0.0,
    c: 1.0, phi: 0.0, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 3.75, s: 3.25, e: 0.0,
    c: 0.0, phi: 0.02364103099649507613, beyond: true),
  LossReference(
    loss: .weighted(threshold: 0.25), z: -2.5, s: -2.4375, e: -0.06651495221616700241,
    c: 1.131131555431772271, phi: 0.002035916372306316554, beyond: false),
  LossReference(
    loss: .weighted(threshold: 0.25), z: 0.25, s: 30.0, e: 0.0,
    c: 0.0, phi: 0.03524384299896978063, beyond: true),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 0.5, s: 0.5078125, e: -0.007784238270061411226,
    c: 0.9927578855770744901, phi: 0.00003044401624367425333, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 0.5, s: 0.25, e: 0.2761766430900382323,
    c: 1.195266779219139527, phi: 0.03349820321502237325, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: -1.5, s: 2.0, e: -10.34370316914831368,
    c: 0.3909697245988598053, phi: 20.12976106338869515, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 0.0, s: -0.75, e: 0.6351489523872873192,
    c: 0.596585808281331426, phi: 0.2582660974228071001, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 7.25, s: 7.2421875, e: 0.007873854230806235205,
    c: 1.015747692451907362, phi: 0.00003067714650921652516, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 7.25, s: 7.5, e: -0.1967347091847502584,
    c: 0.6065309004389521508, phi: 0.02663266860000964089, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 7.25, s: 3.0, e: 2450.810706899158185,
    c: 4890.499079065445737, phi: 1224.798146691344492, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: -7.25, s: -6.875, e: -0.5584996936721485308,
    c: 2.116997631365099387, phi: 0.09174997176846715932, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: -7.25, s: 4.0, e: -991047.6721445786977,
    c: 664.6962676546673676, phi: 3965682.909764050528, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 3.0, s: 11.0, e: -0.5012393195414533061,
    c: 1.130937597147493066e-7, phi: 3.758984993213136419, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 2.0, s: -20.0, e: 27.79907501657211942,
    c: 2.405268028573514527e-16, phi: 554.7062884998265196, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: -0.125, s: -0.125, e: 0.0,
    c: 1.0, phi: 0.0, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 3.75, s: 3.25, e: 0.8583256512165605121,
    c: 2.713125367789871873, phi: 0.1794657817122681661, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: -2.5, s: -2.4375, e: -0.06651495221616700241,
    c: 1.131131555431772271, phi: 0.002035916372306316554, beyond: false),
  LossReference(
    loss: .weighted(threshold: .infinity), z: 0.25, s: 30.0, e: -0.8032653298563167118,
    c: 3.726115932664449131e-26, phi: 23.39281431270125738, beyond: false),
]
