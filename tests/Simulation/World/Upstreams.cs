using System.Net;
using Reelay.Simulation.Scheduling;
using Reelay.Simulators;

namespace Reelay.Simulation.World;

/// <summary>All upstreams: the sandbox's cores without its web server. They live on when the server dies.</summary>
internal sealed class Upstreams : IDisposable
{
    private static readonly string[] DocumentedFaults = ["http:429", "http:503", "http:500", "http:400"];

    private readonly RunState _run;
    private readonly Strand _strand;
    private readonly StrandTime _time;
    private readonly HttpMessageInvoker _http;
    private readonly Lies _lies;

    public Upstreams(RunState run)
    {
        _run = run;
        _strand = run.Scheduler.NewStrand("upstreams");
        _time = new StrandTime(run.Scheduler, _strand);
        Sandbox = SandboxCore.InMemory(new SandboxOptions
        {
            Time = _time,
            Random = new SeededRandomSource(run.Random.Next()),
            Duration = run.Scenario.JobSeconds,
            Credentials = Scenario.Credentials,
        });
        _http = new HttpMessageInvoker(new SimulatorHandler(Sandbox));
        _lies = new Lies(run);
    }

    public SandboxCore Sandbox { get; }

    /// <summary>Every order that an upstream took on, and would be paid for.</summary>
    public IReadOnlyList<SubmissionReport> Accepted => [.. Sandbox.Submissions().Where(report => report.Row.Accepted)];

    /// <summary>Takes a request that arrives after a moment; the answer, as far as there is one, comes on the caller's strand.</summary>
    public Task<UpstreamReply> TakeAsync(HttpRequestMessage request, int travelMilliseconds)
    {
        var answer = new TaskCompletionSource<UpstreamReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _strand.Post(async _ =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(travelMilliseconds), _time);
            try
            {
                answer.TrySetResult(await AnswerAsync(request));
            }
            catch (HttpRequestException exception)
            {
                answer.TrySetException(exception);
            }
        }, null);
        return answer.Task;
    }

    /// <summary>Begins to call back.</summary>
    /// <param name="send">Delivers one call to whoever listens at its address; false if it was not taken.</param>
    public void StartCallbacks(Func<Uri, CallbackMessage, Task<bool>> send) => _strand.Post(async _ =>
    {
        var simulators = Sandbox.Simulators.Values.OfType<ICallsBack>().ToList();
        var failures = new Dictionary<string, int>(StringComparer.Ordinal);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), _time);
            foreach (var simulator in simulators)
            {
                foreach (var batch in simulator.DueCallbacks()) await SendAsync(simulator, batch, send, failures);
            }
        }
    }, null);

    private static async Task SendAsync(
        ICallsBack simulator, CallbackBatch batch, Func<Uri, CallbackMessage, Task<bool>> send, Dictionary<string, int> failures)
    {
        var isTaken = true;
        foreach (var message in batch.Messages) isTaken &= await send(batch.Url, message);
        var count = failures.GetValueOrDefault(batch.JobId);
        failures[batch.JobId] = isTaken ? 0 : count + 1;
        if (isTaken || count >= 5) simulator.Sent(batch);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<UpstreamReply> AnswerAsync(HttpRequestMessage request)
    {
        if (_run.Happens(_run.Scenario.Documented)) AddFault();
        if (request.Method == HttpMethod.Get && _run.Happens(_run.Scenario.Vanished))
            return new UpstreamReply(HttpStatusCode.NotFound, [], "{\"error\":{\"message\":\"not here\"}}"u8.ToArray(), false);
        if (IsHidden(request)) request.RequestUri = new Uri(request.RequestUri + "-not-yet");
        using var response = await _http.SendAsync(request, CancellationToken.None);
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Where(header => header.Key != "Content-Length").Select(header => (header.Key, header.Value.ToString())).ToList();
        var buffer = new MemoryStream();
        var isCut = false;
        try
        {
            await response.Content.CopyToAsync(buffer);
        }
        catch (Exception exception) when (exception is HttpIOException or HttpRequestException)
        {
            isCut = true;
        }

        var bytes = request.Method == HttpMethod.Get ? _lies.Tell(request.RequestUri!, buffer.ToArray(), _time.GetUtcNow()) : buffer.ToArray();
        return new UpstreamReply(response.StatusCode, headers, bytes, isCut);
    }

    // What was accepted a moment ago cannot be read by the caller's own mark yet: for as long as the channel was told that this can last.
    private bool IsHidden(HttpRequestMessage request)
    {
        var lag = TimeSpan.FromSeconds(_run.IsQuiet ? 0 : _run.Random.Next(Scenario.SearchDelaySeconds - 1));
        return request.Method == HttpMethod.Get && lag > TimeSpan.Zero
            && Accepted.Any(report => report.Row.ClientReference == request.RequestUri!.Segments[^1] && report.Row.Time > _time.GetUtcNow() - lag);
    }

    private void AddFault()
    {
        string[] providers = ["openai", "openai-images", "kling"];
        Sandbox.Faults.Clear();
        Sandbox.Faults.Add(
            providers[_run.Random.Next(3)], _run.Random.Next(2) == 0 ? SimulatedCall.Create : SimulatedCall.Retrieve,
            DocumentedFaults[_run.Random.Next(DocumentedFaults.Length)], count: 1);
    }
}

/// <summary>An upstream's whole answer, or as much of it as came.</summary>
internal sealed record UpstreamReply(HttpStatusCode Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Bytes, bool IsCut);
