using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Providers;

namespace Reelay.Server.Tasks;

/// <summary>How a usage is stored: compact JSON in snake case, absent where null.</summary>
internal static class UsageJson
{
    /// <summary>Reads one of ours.</summary>
    public static Usage? Read(string text) => JsonSerializer.Deserialize(text, UsageJsonContext.Default.Usage);

    /// <summary>Writes one.</summary>
    public static string Write(Usage usage) => JsonSerializer.Serialize(usage, UsageJsonContext.Default.Usage);
}

/// <summary>Generated reading and writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Usage))]
internal sealed partial class UsageJsonContext : JsonSerializerContext;
