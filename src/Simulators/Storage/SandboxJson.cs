using System.Text.Json.Serialization;

namespace Reelay.Simulators;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SimulatedJob))]
[JsonSerializable(typeof(SpeedState))]
internal sealed partial class SandboxJson : JsonSerializerContext;
