using System.Collections.Concurrent;

namespace Reelay.Simulators;

/// <summary>Sends the simulators' callbacks when they are due; a batch of which one was not taken is sent again, a number of times.</summary>
internal sealed partial class CallbackSender(SandboxCore sandbox, ILogger<CallbackSender> logger) : BackgroundService
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _challengePatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _firstRetry = TimeSpan.FromSeconds(0.5);
    private readonly ConcurrentDictionary<string, (int Count, DateTimeOffset NotBefore)> _failed = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ICallsBack[] simulators = [.. sandbox.Simulators.Values.OfType<ICallsBack>()];
        if (simulators.Length == 0)
            return;
        using HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using PeriodicTimer timer = new(_pause, sandbox.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (ICallsBack simulator in simulators)
                    await Task.WhenAll(simulator.DueCallbacks().Select(batch => SendAsync(http, simulator, batch, stoppingToken)));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not noted as sent is due again after the next start.
        }
    }

    private async Task SendAsync(HttpMessageInvoker http, ICallsBack simulator, CallbackBatch batch, CancellationToken stoppingToken)
    {
        string key = $"{batch.JobId} {batch.Url}";
        (int failures, DateTimeOffset notBefore) = _failed.GetValueOrDefault(key);
        if (sandbox.Time.GetUtcNow() < notBefore)
            return;
        if (batch.Challenge is { } challenge && !await IsProvedAsync(http, batch, challenge, stoppingToken))
        {
            simulator.Unproved(batch);
            return;
        }

        bool isTaken = true;
        foreach (CallbackMessage message in batch.Messages)
        {
            using CancellationTokenSource patience = new(_patience, sandbox.Time);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
            try
            {
                using HttpRequestMessage request = Request(batch.Url, message);
                using HttpResponseMessage response = await http.SendAsync(request, ended.Token);
                if (!response.IsSuccessStatusCode)
                {
                    isTaken = false;
                    LogRefused(batch.JobId, (int)response.StatusCode);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                isTaken = false;
                LogLost(batch.JobId, exception.Message);
            }
        }

        if (!isTaken && failures < sandbox.Options.CallbackRetries)
        {
            _failed[key] = (failures + 1, sandbox.Time.GetUtcNow() + (_firstRetry * Math.Pow(2, Math.Min(failures, 6))));
            return;
        }

        _failed.TryRemove(key, out _);
        simulator.Sent(batch);
    }

    // Asked once: who does not answer is never asked again.
    private async Task<bool> IsProvedAsync(HttpMessageInvoker http, CallbackBatch batch, CallbackChallenge challenge, CancellationToken stoppingToken)
    {
        using CancellationTokenSource patience = new(_challengePatience, sandbox.Time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        try
        {
            using HttpRequestMessage request = Request(batch.Url, challenge.Message);
            using HttpResponseMessage response = await http.SendAsync(request, ended.Token);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(ended.Token);
            if (response.StatusCode == System.Net.HttpStatusCode.OK && challenge.IsAnswer(answer))
                return true;
            LogRefused(batch.JobId, (int)response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            LogLost(batch.JobId, exception.Message);
        }

        return false;
    }

    private static HttpRequestMessage Request(Uri url, CallbackMessage message)
    {
        HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(message.Body) };
        request.Content.Headers.ContentType = new("application/json");
        foreach ((string name, string value) in message.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    [LoggerMessage(6010, LogLevel.Warning, "Callback of {Job} was answered with {Status}")]
    private partial void LogRefused(string job, int status);

    [LoggerMessage(6011, LogLevel.Warning, "Callback of {Job} did not arrive: {Reason}")]
    private partial void LogLost(string job, string reason);
}
