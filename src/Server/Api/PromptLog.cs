using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Prompts in the server's log: never, unless <c>Reelay:LogPrompts</c> says so.</summary>
internal sealed partial class PromptLog(ServerOptions options, ILogger<PromptLog> logger)
{
    private const int MaxLength = 2_000;

    /// <summary>Notes an accepted order.</summary>
    public void Note(GenerationTask task)
    {
        if (!options.LogPrompts) return;
        var prompt = task.Order.Prompt;
        LogPrompt(task.Id, task.KeyId, task.Order.Model, prompt.Length <= MaxLength ? prompt : prompt[..MaxLength] + "…");
    }

    [LoggerMessage(1110, LogLevel.Information, "Task {TaskId} of key {KeyId}, {Model}: {Prompt}")]
    private partial void LogPrompt(string taskId, string keyId, string model, string prompt);
}
