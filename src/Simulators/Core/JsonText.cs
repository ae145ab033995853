using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>Writes JSON as upstreams do: letters of every script as they are.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON text of a node.</summary>
    public static string Of(JsonNode node) => node.ToJsonString(_options);
}
