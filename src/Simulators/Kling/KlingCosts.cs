using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>The account's resource pack: how much was in it and how much the finished tasks have left.</summary>
internal sealed class KlingCosts(SandboxCore sandbox, string providerId)
{
    private const decimal TotalUnits = 100_000;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastCalls = new(StringComparer.Ordinal);

    /// <summary>Answers a question for a span of time, one a second at most.</summary>
    public SimulatedResponse Answer(SimulatedRequest request, string? account)
    {
        DateTimeOffset now = sandbox.Time.GetUtcNow();
        foreach (string name in (string[])["start_time", "end_time"])
        {
            string? value = request.Query.GetValueOrDefault(name);
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return KlingReply.Error(sandbox.Random, 1201, $"{name} value '{value}' is invalid");
        }

        if (_lastCalls.TryGetValue(account ?? "", out DateTimeOffset last) && now - last < TimeSpan.FromSeconds(1))
            return KlingReply.Error(sandbox.Random, 1302, "requests are too frequent");
        _lastCalls[account ?? ""] = now;
        return KlingReply.Ok(sandbox.Random, new JsonObject
        {
            ["code"] = 0, ["msg"] = "SUCCEED", ["resource_pack_subscribe_infos"] = new JsonArray(Pack(account, now)),
        });
    }

    private JsonObject Pack(string? account, DateTimeOffset now)
    {
        decimal used = sandbox.Store.Jobs(providerId)
            .Where(job => job.Credential == account && sandbox.Read(job).State == JobState.Completed)
            .Sum(job => decimal.Parse((string)job.Details!["units"]!, CultureInfo.InvariantCulture));
        return new JsonObject
        {
            ["resource_pack_name"] = "Sandbox video pack",
            ["resource_pack_id"] = "sandbox-video-pack",
            ["resource_pack_type"] = "decreasing_total",
            ["total_quantity"] = TotalUnits,
            ["remaining_quantity"] = TotalUnits - used,
            ["purchase_time"] = now.AddDays(-30).ToUnixTimeMilliseconds(),
            ["effective_time"] = now.AddDays(-30).ToUnixTimeMilliseconds(),
            ["invalid_time"] = now.AddDays(150).ToUnixTimeMilliseconds(),
            ["status"] = used < TotalUnits ? "online" : "runOut",
        };
    }
}
