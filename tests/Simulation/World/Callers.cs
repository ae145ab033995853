using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>Applications that order, ask again when no answer comes, poll, and sometimes change their mind.</summary>
internal sealed class Callers
{
    private static readonly string[] BadWords =
    [
        "[fail:generation]", "[fail:content_policy]", "[stuck]", "[expired]", "[content:404]", "[content:truncated]", "[slow:90]", "[refuse:content_policy]",
        "[callback:early]", "[callback:forged]", "[callback:twice]", "[callback:reversed]", "[callback:never]", "[hang:after-accept]", "[drop:after-accept]",
    ];

    private readonly RunState _run;
    private readonly Func<Node?> _node;
    private readonly Strand _strand;
    private readonly StrandTime _time;
    private readonly Client _client;
    private string _lastPrompt = "nothing yet";

    public Callers(RunState run, Func<Node?> node, string key)
    {
        (_run, _node) = (run, node);
        _strand = run.Scheduler.NewStrand("callers");
        _time = new StrandTime(run.Scheduler, _strand);
        _client = new Client(run, node, _time, key);
    }

    /// <summary>Every order and what became of it.</summary>
    public List<Order> Orders { get; } = [];

    /// <summary>Whether anybody is not through with theirs.</summary>
    public bool IsAnybodyWaiting => Orders.Exists(order => order.IsWaiting);

    /// <summary>Begins to order.</summary>
    public void Start()
    {
        for (var number = 1; number <= _run.Scenario.OrderCount; number++)
        {
            var order = Make(number);
            Orders.Add(order);
            var pause = TimeSpan.FromMilliseconds(_run.Random.Next(_run.Scenario.ArrivalSeconds * 1000));
            _strand.Post(async _ =>
            {
                await Task.Delay(pause, _time);
                await LiveAsync(order);
                order.IsWaiting = false;
            }, null);
        }
    }

    private Order Make(int number)
    {
        var model = _run.Random.Next(3) switch { 0 => "sora-2", 1 => "kling-v2-6", _ => "gpt-image-2" };
        var word = _run.Happens(_run.Scenario.BadWords) ? BadWords[_run.Random.Next(BadWords.Length)] : "";
        var isTwin = _run.Happens(_run.Scenario.Twins);
        if (!isTwin) _lastPrompt = string.Create(CultureInfo.InvariantCulture, $"order {number} {word}");
        return new Order(number, model, _lastPrompt, isTwin || _run.NodeCount > 1 ? TryStyle.Keyed : (TryStyle)_run.Random.Next(3))
        {
            CancelAfterSeconds = _run.Random.Next(8) == 0 ? _run.Random.Next(60) : null,
            IsDeleted = _run.Random.Next(12) == 0,
        };
    }

    private async Task LiveAsync(Order order)
    {
        if (await _client.OrderAsync(order) is not { } id) return;
        order.Id = id;
        var begun = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + _run.Random.Next(9)), _time);
            if (order.CancelAfterSeconds is { } seconds && _time.GetElapsedTime(begun).TotalSeconds > seconds && !order.IsCancelAsked)
                order.IsCancelAsked = await _client.SendAsync(new Call("POST", $"/v1/videos/{id}/cancel")) is { Status: 200 };
            if (await _client.SendAsync(new Call("GET", "/v1/videos/" + id)) is not { } reply) continue;
            _run.Expect(reply.Status is 200 or 429 or 503, $"{id} was answered with {reply.Status}");
            if (reply.Status == 200 && See(order, JsonNode.Parse(reply.Body)!)) break;
        }

        if (order.IsDeleted) await _client.SendAsync(new Call("DELETE", "/v1/videos/" + id));
        else if (order.Status == "completed") await DownloadAsync(id);
    }

    private async Task DownloadAsync(string id)
    {
        if (await _client.SendAsync(new Call("GET", $"/v1/videos/{id}/content")) is not { Status: not 503 } reply) return;
        _run.Expect(reply is { Status: 200, Body.Length: > 0 }, $"{id} is completed, and its content is answered with {reply.Status}");
    }

    // Whether the order has ended, as its caller sees it.
    private bool See(Order order, JsonNode video)
    {
        string[] ranks = ["queued", "in_progress", "completed", "failed"];
        var status = video["status"]!.GetValue<string>();
        var progress = video["progress"]?.GetValue<int>() ?? 0;
        _run.Expect(Rank(status) >= Rank(order.Status), $"{order.Id} was {order.Status} and is {status}");
        _run.Expect(progress >= order.Progress || status == "failed", $"{order.Id} was at {order.Progress} % and is at {progress} %");
        (order.Status, order.Progress) = (status, progress);
        return status is "completed" or "failed";

        int Rank(string word) => Math.Min(Array.IndexOf(ranks, word), 2);
    }
}

/// <summary>How a caller says that it asks again.</summary>
internal enum TryStyle
{
    /// <summary>With an idempotency key.</summary>
    Keyed,

    /// <summary>As OpenAI's SDKs do: the same request with a count.</summary>
    Marked,

    /// <summary>Not at all: it asks once.</summary>
    Once,
}

/// <summary>One order of a caller.</summary>
internal sealed record Order(int Number, string Model, string Prompt, TryStyle Style)
{
    public int? CancelAfterSeconds { get; init; }

    public bool IsDeleted { get; init; }

    public bool IsCancelAsked { get; set; }

    /// <summary>Whether its caller still waits for it.</summary>
    public bool IsWaiting { get; set; } = true;

    /// <summary>The task it was told of, or null.</summary>
    public string? Id { get; set; }

    /// <summary>Requests that may have arrived.</summary>
    public int TryCount { get; set; }

    public string Status { get; set; } = "queued";

    public int Progress { get; set; }

    public byte[] Body => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["model"] = Model, ["prompt"] = Prompt });
}
