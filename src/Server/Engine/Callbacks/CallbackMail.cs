using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>A callback as it came. It is read by the task's owner, who knows the channel, with the clock set to the moment it came.</summary>
internal sealed record CallbackMail(IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The row that keeps it. Equal bodies are one callback: a vendor that tries again may sign anew.</summary>
    public InboxRow ToRow(string taskId, int attempt, long now) => new(
        taskId, attempt, InboxRow.Callback, Convert.ToHexStringLower(SHA256.HashData(Body)),
        JsonSerializer.Serialize(this, CallbackMailJson.Default.CallbackMail), now);

    /// <summary>Reads it out of its row; null if the row is none of ours.</summary>
    public static CallbackMail? Of(InboxRow row)
    {
        try
        {
            return JsonSerializer.Deserialize(row.Body, CallbackMailJson.Default.CallbackMail);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(CallbackMail))]
internal sealed partial class CallbackMailJson : JsonSerializerContext;
