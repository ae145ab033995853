using System.Globalization;
using System.Text.Json.Nodes;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>A caller's client: loses requests and answers as networks do, and tries again as its style says.</summary>
internal sealed class Client(RunState run, Func<Node?> node, StrandTime time, string key)
{
    private const int MaxTries = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Orders, and asks again while no answer comes that says what became of it.</summary>
    /// <returns>The task's id, or null if it was refused or given up.</returns>
    public async Task<string?> OrderAsync(Order order)
    {
        var keyText = string.Create(CultureInfo.InvariantCulture, $"key-{order.Number}");
        string? id = null;
        for (var count = 0; count < (order.Style == TryStyle.Once ? 1 : MaxTries); count++)
        {
            var call = new Call("POST", "/v1/videos", order.Body);
            if (order.Style == TryStyle.Keyed) call.Headers["Idempotency-Key"] = keyText;
            if (order.Style == TryStyle.Marked) call.Headers["X-Stainless-Retry-Count"] = count.ToString(CultureInfo.InvariantCulture);
            order.TryCount++;
            var reply = await SendAsync(call);
            if (reply is { Status: 200 }) id = JsonNode.Parse(reply.Body)!["id"]!.GetValue<string>();
            if (reply is not (null or { Status: 429 or >= 500 })) break;
            await Task.Delay(TimeSpan.FromMilliseconds(500 + run.Random.Next(2000)), time);
        }

        if (id is null || order.Style != TryStyle.Keyed) return id;

        // Whoever asks once more with the same key hears of the same order.
        if (await SendAsync(new Call("POST", "/v1/videos", order.Body) { Headers = { ["Idempotency-Key"] = keyText } }) is { Status: 200 } again)
            run.Expect(JsonNode.Parse(again.Body)!["id"]!.GetValue<string>() == id, $"the key of {id} stands for another order");
        return id;
    }

    /// <summary>Sends one request.</summary>
    /// <returns>The answer; null if none came, whatever became of the request.</returns>
    public async Task<Reply?> SendAsync(Call call)
    {
        call.Headers["Authorization"] = "Bearer " + key;
        await Task.Delay(TimeSpan.FromMilliseconds(run.Random.Next(100)), time);
        if (run.Happens(run.Scenario.RequestLost) || node() is not { IsReady: true } server) return null;
        using var hangUp = new CancellationTokenSource();
        try
        {
            var isLost = run.Happens(run.Scenario.ReplyLost);
            var reply = await server.SendAsync(call, hangUp.Token).WaitAsync(Patience, time);
            run.Expect(reply.Status < 500 || reply.Status == 503, $"{call.Method} {call.Path} was answered with {reply.Status}");
            return isLost ? null : reply;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            _ = hangUp.CancelAsync();
            return null;
        }
    }
}
