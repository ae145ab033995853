using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>How an order is stored: compact JSON in snake case, absent where null.</summary>
public static class OrderJson
{
    // Prompts are often Chinese; the default encoder would make six bytes of every two.
    private static readonly OrderJsonContext _context =
        new(new JsonSerializerOptions(OrderJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes an order as UTF-8.</summary>
    public static byte[] Serialize(GenerationOrder order) => JsonSerializer.SerializeToUtf8Bytes(order, _context.GenerationOrder);

    /// <summary>Writes an order as text.</summary>
    public static string SerializeToString(GenerationOrder order) => JsonSerializer.Serialize(order, _context.GenerationOrder);

    /// <summary>Reads an order.</summary>
    /// <exception cref="JsonException">It is not one of ours.</exception>
    public static GenerationOrder Deserialize(ReadOnlySpan<byte> utf8) => Complete(JsonSerializer.Deserialize(utf8, _context.GenerationOrder));

    /// <summary>Reads an order.</summary>
    /// <exception cref="JsonException">It is not one of ours.</exception>
    public static GenerationOrder Deserialize(string text) => Complete(JsonSerializer.Deserialize(text, _context.GenerationOrder));

    // Generated readers leave absent init-only properties at null, whatever their initializers say.
    private static GenerationOrder Complete(GenerationOrder? order) => order is null
        ? throw new JsonException("An order is an object.")
        : order with
        {
            Model = SharedText.Of(order.Model),
            Mode = SharedText.Of(order.Mode),
            Tier = SharedText.Of(order.Tier),
            SizeEcho = SharedText.Of(order.SizeEcho),
            SecondsEcho = SharedText.Of(order.SecondsEcho),
            Warnings = SharedText.Of(order.Warnings ?? []),
            Media = SharedText.Of(order.Media ?? []),
            Count = Math.Max(order.Count, 1),
        };
}

/// <summary>Generated reading and writing of orders.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(MediaRoleConverter)])]
[JsonSerializable(typeof(GenerationOrder))]
internal sealed partial class OrderJsonContext : JsonSerializerContext;
