// Made by scripts/fit-functions; do not edit. The polynomials' coefficients, lowest power first.
#ifndef CKERNELS_FUNCTION_TABLES_H
#define CKERNELS_FUNCTION_TABLES_H

// A file uses the tables that it needs.
#pragma clang diagnostic ignored "-Wunused-const-variable"

/// tanh x = x + x z p(z), z = x^2, in f32
/// On [0.0, 0.39], off by 2^-30.8.
static const double lanes_tanh_table[6] = {
    -0x1.55555539e2fffp-2, 0x1.1110e964af363p-3, -0x1.ba08e091ae208p-5, 0x1.64ab391e7ac14p-6,
    -0x1.1175a0b01c8a5p-7, 0x1.2cb818b7deffbp-9};

/// erf x = x + x p(x^2), in f32
/// On [0.0, 1.0], off by 2^-29.6.
static const double lanes_erf_table[7] = {
    0x1.06eba7f673903p-3, -0x1.81273e7a02443p-2, 0x1.ce2d10ed44e09p-4, -0x1.b7faba961c85ap-6,
    0x1.541270c79ca2cp-8, -0x1.a45087f1a200ap-11, 0x1.4a5690869d13fp-14};

/// erf x = 1 - exp(-p(x - 1)), in f32
/// On [1.0, 4.0], off by 2^-30.7.
static const double lanes_erfc_table[9] = {
    0x1.d97fbf1a6ff67p+0, 0x1.51c9b18e74f1dp+1, 0x1.afab6cb858587p-1, 0x1.5496a5a4f911bp-5,
    -0x1.4a3ac7f344e91p-7, 0x1.0d42e6d95f4dfp-9, -0x1.4fcba76faf524p-12, 0x1.147ed8ad75f69p-15,
    -0x1.b7783044b6881p-20};

/// log(1 + f) = f + f^2 p(f)
/// On [-0.2929, 0.4142], off by 2^-32.0.
static const double wide_log_table[11] = {
    -0x1.00000004c3651p-1, 0x1.555554f8812fep-2, -0x1.ffffda038e18ap-3, 0x1.9999e6a00e1fcp-3,
    -0x1.5561998bb3660p-3, 0x1.2491d14ac407fp-3, -0x1.fd39c774c1e30p-4, 0x1.c41a8f7e0d1f0p-4,
    -0x1.b91e1a6c05581p-4, 0x1.b1c2f5f45c882p-4, -0x1.ed3c9c11e99dfp-5};

/// The same for pow.
/// On [-0.2929, 0.4142], off by 2^-47.8.
static const double wide_long_log_table[17] = {
    -0x1.fffffffffffdap-2, 0x1.555555555777bp-2, -0x1.000000000dba9p-2, 0x1.999999931f9f2p-3,
    -0x1.555555392c99ap-3, 0x1.24924bf188235p-3, -0x1.00000b4975628p-3, 0x1.c71b67c007016p-4,
    -0x1.999530df8af71p-4, 0x1.7474e739d579bp-4, -0x1.55ca433fb04bdp-4, 0x1.3a1fcff4bc1a9p-4,
    -0x1.1e1b21a5494f7p-4, 0x1.125041c3125edp-4, -0x1.2c4a2a9833107p-4, 0x1.1f00e900b7058p-4,
    -0x1.1298b42da74c9p-5};

/// exp(r) - 1 = r + r^2 p(r)
/// On [-0.347, 0.347], off by 2^-36.6.
static const double wide_exp_table[7] = {
    0x1.0000000000000p-1, 0x1.5555556772829p-3, 0x1.5555555c939cap-5, 0x1.1110c5dbc2ef9p-7,
    0x1.6c168546029dbp-10, 0x1.a1522e6f83916p-13, 0x1.a113b07e10667p-16};

/// sin r = r + r z p(z), z = r^2
/// On [0.0, 0.625], off by 2^-35.7.
static const double wide_sine_table[4] = {
    -0x1.5555555450bd4p-3, 0x1.11110dcf0f99dp-7, -0x1.a0137c7be2773p-13, 0x1.6db027929a723p-19};

/// cos r = 1 + z p(z), z = r^2
/// On [0.0, 0.625], off by 2^-32.2.
static const double wide_cosine_table[4] = {
    -0x1.fffffffa68d20p-2, 0x1.55554c631b206p-5, -0x1.6c0dcd5c3728fp-10, 0x1.9a5c2085b5e4fp-16};

/// erf x = x + x p(x^2)
/// On [0.0, 1.0], off by 2^-56.2.
static const double erf_table[14] = {
    0x1.06eba8214db69p-3, -0x1.812746b0379e7p-2, 0x1.ce2f21a042bdep-4, -0x1.b82ce312889bap-6,
    0x1.565bcd0e6502dp-8, -0x1.c02db3feeb579p-11, 0x1.f9a326c233146p-14, -0x1.f4d2561aeafd4p-17,
    0x1.b9e6509b9867dp-20, -0x1.5f6d925a0bc7ap-23, 0x1.fc4356498c2d9p-27, -0x1.4e607b41a6416p-30,
    0x1.7f072188e194dp-34, -0x1.29b9f1b3df556p-38};

/// erf x = 1 - p(x - 1.5)
/// On [1.0, 2.0], off by 2^-57.0.
static const double erfc_table_1[18] = {
    0x1.15aaa8ec85205p-5, -0x1.e723726b824a9p-4, 0x1.6d5a95d0a1b3ap-3, -0x1.1c2a02beb6a99p-3,
    0x1.6d5a95d0a8e2dp-5, 0x1.e723726b75a2bp-7, -0x1.3ca3d72e94d2cp-6, 0x1.36d73a65ecb0ap-8,
    0x1.35ae4fb43b234p-9, -0x1.c0380d88e655ap-10, 0x1.85b3d151e9cfdp-14, 0x1.0acf353ecb714p-12,
    -0x1.45cc7994de082p-14, -0x1.2d574ba32d17bp-16, 0x1.d70efbc5f9ed6p-17, -0x1.32b587a24f780p-21,
    -0x1.7c67db8e155e0p-20, 0x1.305d37a851c9dp-22};

/// erf x = 1 - p(x - 2.5)
/// On [2.0, 3.0], off by 2^-60.3.
static const double erfc_table_2[18] = {
    0x1.aab859b20acaap-12, -0x1.1d83170fbf6fcp-9, 0x1.64e3dcd3af2d3p-8, -0x1.119da0c46cc88p-7,
    0x1.1a89b97cf1214p-7, -0x1.90e81283fccadp-8, 0x1.6ecdbf63b4dcep-9, -0x1.1c610bc8e5f86p-11,
    -0x1.11551b52fb796p-12, 0x1.06717857ad0fap-12, -0x1.4a84c20123815p-14, -0x1.58bbca2bba994p-18,
    0x1.d88c48f8a82b3p-17, -0x1.3ad68181439ecp-18, -0x1.9f3af4d2b1565p-23, 0x1.595d63766c65ep-21,
    -0x1.495bf0556d5dep-23, -0x1.8353e53661806p-26};

/// erf x = 1 - p(x - 3.5)
/// On [3.0, 4.0], off by 2^-65.5.
static const double erfc_table_3[18] = {
    0x1.8ef2a9a18d8f5p-21, -0x1.6a597219a93d4p-18, 0x1.3d0e43d6734d9p-16, -0x1.62ccea63cb29ap-15,
    0x1.1c07721adce45p-14, -0x1.586bafc9b36e3p-14, 0x1.46153fb62cc1cp-14, -0x1.e827fafc968b1p-15,
    0x1.1f63056912abap-15, -0x1.013525a7dacb3p-16, 0x1.3773e12d91261p-18, -0x1.dd8021aae75eap-22,
    -0x1.dc69f55490dbfp-22, 0x1.43f06e7cae34dp-22, -0x1.8ddc35b8e5308p-24, 0x1.83eccdb1df23fp-28,
    0x1.343ba005050efp-27, -0x1.09106bf9376f0p-28};

/// erf x = 1 - p(x - 5)
/// On [4.0, 6.0], off by 2^-67.3.
static const double erfc_table_4[22] = {
    0x1.b0c1a7409d0edp-40, -0x1.13af4f0514d62p-36, 0x1.589b23262069dp-34, -0x1.196da0a8ce709p-32,
    0x1.516d3ad6d62fep-31, -0x1.3c51d0ba83741p-30, 0x1.e2359595a56ffp-30, -0x1.32c7288dc5b40p-29,
    0x1.4bce69a6f8a02p-29, -0x1.3506010b9d0b0p-29, 0x1.f41453f26cca6p-30, -0x1.617977f9274b4p-30,
    0x1.b589c7e9bdea1p-31, -0x1.d9d26b3f6c99ap-32, 0x1.be7258cd9d7cap-33, -0x1.68112efc1c759p-34,
    0x1.e029506c87c31p-36, -0x1.f7aef6dced475p-38, 0x1.635b7d4112c12p-40, 0x1.33d8296fd8977p-43,
    -0x1.15dfcf62feff6p-42, 0x1.3d653ad020efep-44};

/// lgamma(1 + f) = f p(f)
/// On [-0.25, 0.5], off by 2^-53.4.
static const double lgamma_one_table[23] = {
    -0x1.2788cfc6fb619p-1, 0x1.a51a6625307d3p-1, -0x1.9a4d55beab2cfp-2, 0x1.151322ac7d831p-2,
    -0x1.a8b9c17aa779dp-3, 0x1.5b40cb101105dp-3, -0x1.2703a1dc33c04p-3, 0x1.010b36ac61af2p-3,
    -0x1.c80670c6474bfp-4, 0x1.9a01e57fac6d5p-4, -0x1.748c286c231bbp-4, 0x1.556a80cec104ep-4,
    -0x1.3b1e07b991ea0p-4, 0x1.249ec87d4f96dp-4, -0x1.111b4de6d529cp-4, 0x1.ff46010601a61p-5,
    -0x1.dfb2487bea5fep-5, 0x1.c969bb1a61c94p-5, -0x1.c407b31c7b1b2p-5, 0x1.b74b8de29f0d8p-5,
    -0x1.63efb69a050a5p-5, 0x1.80b2eba72d4f8p-6, -0x1.8837e406571f2p-8};

/// lgamma(2 + f) = f p(f)
/// On [-0.5, 0.5], off by 2^-55.2.
static const double lgamma_two_table[20] = {
    0x1.b0ee6072093cep-2, 0x1.4a34cc4a60fa6p-2, -0x1.13e001a55760ap-4, 0x1.51322ac7d848ap-6,
    -0x1.e404fc218dbaep-8, 0x1.7add6eadb5317p-9, -0x1.38ac5c2d48207p-10, 0x1.0b36af8779ca0p-11,
    -0x1.d3fd4b679c1c4p-13, 0x1.a127afee53e7dp-14, -0x1.78de9ab752b81p-15, 0x1.580e0afa55850p-16,
    -0x1.3cb3be36ad88bp-17, 0x1.258f3057730fap-18, -0x1.1276ebd557fb0p-19, 0x1.012012be3900ap-20,
    -0x1.ce17528bcf460p-22, 0x1.b40adb09a1e12p-23, -0x1.2009c1a550d0dp-23, 0x1.11fa5e7c86f7bp-24};

/// lgamma x = p(x - 1.5)
/// On [1.25, 1.75], off by 2^-53.7.
static const double lgamma_middle_table[17] = {
    -0x1.eeb95b094c191p-4, 0x1.2aed059bd608bp-5, 0x1.de9e64df22ef3p-2, -0x1.1ae55b18072dbp-3,
    0x1.e0f840dad62f1p-5, -0x1.da59d53719d74p-6, 0x1.f9ca39da6c120p-7, -0x1.1a8ba516ee219p-7,
    0x1.456f1b064c185p-8, -0x1.7edb619def02bp-9, 0x1.c9733323ea935p-10, -0x1.14919cf56c3acp-10,
    0x1.5185b301be9d0p-11, -0x1.9d04ccbd7af66p-12, 0x1.ff0a5d852f34fp-13, -0x1.62dd4a9d8e172p-13,
    0x1.bbd8bfce13a62p-14};

/// lgamma x = p(x - 3.25)
/// On [2.5, 4.0], off by 2^-52.9.
static const double lgamma_three_table[19] = {
    0x1.df216e434a8ecp-1, 0x1.0459842f5df88p+0, 0x1.706ef688253b6p-3, -0x1.5df43307a7c2fp-6,
    0x1.ede2fea1dabd4p-9, -0x1.9e80723c0e4e6p-11, 0x1.7f549c320de1fp-13, -0x1.78e71bdd5728fp-15,
    0x1.82568c8672e2bp-17, -0x1.97f8ae2d205c3p-19, 0x1.b86ec9af37c09p-21, -0x1.e38b7de477210p-23,
    0x1.0cf9104e78c07p-24, -0x1.2eccd742c62d4p-26, 0x1.575eb772afce3p-28, -0x1.7dbeda0579b85p-30,
    0x1.b652b26cdc2a7p-32, -0x1.46c2fad7263b7p-33, 0x1.7b752e29f7c28p-35};

/// lgamma x = p(x - 6)
/// On [4.0, 8.0], off by 2^-53.2.
static const double lgamma_six_table[23] = {
    0x1.326643c4479c9p+2, 0x1.b4c420a50ad7cp+0, 0x1.735973273d5ecp-4, -0x1.6626bc9b31b18p-8,
    0x1.0262026c6c708p-11, -0x1.be37a8988d38cp-15, 0x1.ab0713fc81562p-18, -0x1.b4c58e3b0c171p-21,
    0x1.d3f2594e5db00p-24, -0x1.035998f21c507p-26, 0x1.2705b40c36438p-29, -0x1.56791d080fc3ap-32,
    0x1.940f96723c40ep-35, -0x1.e325b933c0544p-38, 0x1.23fc0f1d61e48p-40, -0x1.630e89e97ef6fp-43,
    0x1.b468068e4c62bp-46, -0x1.17d3447be3dacp-48, 0x1.5c82d7f7bfc2cp-51, -0x1.459e42cabb1a9p-54,
    0x1.972e1dda95d72p-57, -0x1.30b7a7f61b7f4p-58, 0x1.82c451ba7c358p-61};

/// digamma x = (x - its zero) p(x - 1.5)
/// On [1.0, 2.0], off by 2^-54.2.
static const double digamma_one_table[23] = {
    0x1.e6f0cbb873616p-1, -0x1.b1cb63005ee98p-2, 0x1.eca189b8e6f6dp-3, -0x1.2feeeb98a78eap-3,
    0x1.8512e5903903ep-4, -0x1.fb44202a2306bp-5, 0x1.4de9aa1779d23p-5, -0x1.b9f8b11bfd3d0p-6,
    0x1.2564717896ec6p-6, -0x1.863563f44f303p-7, 0x1.03c0adafa529cp-7, -0x1.5a06a5d662cb4p-8,
    0x1.cd2011454fd05p-9, -0x1.336dbe66757c8p-9, 0x1.99d3f5c0cad5ep-10, -0x1.0fb38d217b800p-10,
    0x1.6a3e76070c135p-11, -0x1.fd8e50abf2196p-12, 0x1.53b23429da21bp-12, -0x1.2fae5cb379bf2p-13,
    0x1.94e73cc9821e1p-14, -0x1.75c084e78a4cdp-13, 0x1.f255c4568ac4dp-14};

/// digamma x = p(x - 3)
/// On [2.0, 4.0], off by 2^-54.4.
static const double digamma_three_table[23] = {
    0x1.d8773039049e7p-1, 0x1.94699894c1f4dp-2, -0x1.3ba004f006214p-4, 0x1.44c8ab1f60e4ep-6,
    -0x1.7418eca7cc8b9p-8, 0x1.c2613024f2469p-10, -0x1.196d0a67dd058p-11, 0x1.66d5f0a2ef299p-13,
    -0x1.cf9ec0855a49ep-15, 0x1.2e33ad3a6bfb0p-16, -0x1.8c6f9c2abf54cp-18, 0x1.052ca4c249a95p-19,
    -0x1.5938cf5310253p-21, 0x1.c985401db1d07p-23, -0x1.2f936de082cb2p-24, 0x1.912d978b1514dp-26,
    -0x1.0ac0dd3dcc509p-27, 0x1.766be0d226b7fp-29, -0x1.f2897e90542f4p-31, 0x1.bdbb2e63a0d34p-33,
    -0x1.28d6e077c83b6p-34, 0x1.118197db1fb2ep-34, -0x1.6c8da3ae00585p-36};

/// digamma x = p(x - 6)
/// On [4.0, 8.0], off by 2^-54.8.
static const double digamma_six_table[23] = {
    0x1.b4c420a50ad7cp+0, 0x1.735973273d5edp-3, -0x1.0c9d0d7465480p-6, 0x1.0262026c6c56cp-9,
    -0x1.16e2c95f506a5p-12, 0x1.40454efd86cd7p-15, -0x1.7e2cdc7bf5e84p-18, 0x1.d3f25935169ebp-21,
    -0x1.23c4c9d46942ap-23, 0x1.70c725ae0a4aep-26, -0x1.d6e73abe0fee3p-29, 0x1.2f0b2f8083c79p-31,
    -0x1.887d4d5975acdp-34, 0x1.ff0ac1de4b3f2p-37, -0x1.4df1370796f7cp-39, 0x1.b3a5fa7a953ecp-42,
    -0x1.1e5e302e48036p-44, 0x1.8d2a9c8c4b54bp-47, -0x1.063bd3a4ffbbfp-49, 0x1.d6ce8b4d7410cp-53,
    -0x1.3725000e0ad5ap-55, 0x1.1930b237db4eap-56, -0x1.755419afcdf34p-59};

/// lgamma x = (x - 1/2)(log x - 1) + log sqrt(2 pi / e) + p(1/x^2) / x for x >= 8.
static const double stirling_table[10] = {
    0x1.5555555555555p-4,
    -0x1.6c16c16c16c17p-9,
    0x1.a01a01a01a01ap-11,
    -0x1.3813813813814p-11,
    0x1.b951e2b18ff23p-11,
    -0x1.f6ab0d9993c7dp-10,
    0x1.a41a41a41a41ap-8,
    -0x1.e4286cb0f5398p-6,
    0x1.6fe96381e0680p-3,
    -0x1.6476701181f3ap+0};

/// digamma x = log x - 1 / (2 x) - p(1/x^2) / x^2 for x >= 8.
static const double digamma_series_table[10] = {
    0x1.5555555555555p-4,
    -0x1.1111111111111p-7,
    0x1.0410410410410p-8,
    -0x1.1111111111111p-8,
    0x1.f07c1f07c1f08p-8,
    -0x1.5995995995996p-6,
    0x1.5555555555555p-4,
    -0x1.c5e5e5e5e5e5ep-2,
    0x1.86e7f9b9fe6e8p+1,
    -0x1.a74ca514ca515p+4};

#define CK_PI_HIGH 0x1.921fb54442d18p+1
#define CK_PI_LOW 0x1.1a62633145c07p-53

#define CK_LOG_PI_HIGH 0x1.250d048e7a1bdp+0
#define CK_LOG_PI_LOW 0x1.7abf2ad8d5088p-57

#define CK_STIRLING_HIGH 0x1.acfe390c97d69p-2
#define CK_STIRLING_LOW 0x1.3494bc9001442p-56

#define CK_DIGAMMA_ZERO_HIGH 0x1.762d86356be3fp+0
#define CK_DIGAMMA_ZERO_LOW 0x1.b86a722197829p-54

/// 2^(16 j) 2/pi modulo 4, j = 1 ... 6, in two doubles.
static const double wide_two_over_pi[6][2] = {
    {0x1.836e4e44152a0p+0, -0x1.ec54170565912p-55},
    {0x1.27220a94fe13bp+1, -0x1.05c1596447e49p-53},
    {0x1.529fc2757d1f5p-4, 0x1.a6ee06db14acdp-59},
    {0x1.fc2757d1f534ep+0, -0x1.1f924eb53361ep-55},
    {0x1.abe8fa9a6ee07p+1, -0x1.275a99b0ef1bfp-54},
    {0x1.f534ddc0db629p+0, 0x1.664f10e4107f9p-54}};

#endif
