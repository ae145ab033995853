using System.Reflection;

namespace Reelay.Tests.Contract.Answers;

/// <summary>A test that proves what is said elsewhere: all of a class, or one method of it.</summary>
internal sealed record Proof(Type Class, string? Method = null)
{
    /// <summary>All tests of a class.</summary>
    public static Proof By<T>() => new(typeof(T));

    /// <summary>One test of a class.</summary>
    public static Proof By<T>(string method) => new(typeof(T), method);

    /// <summary>As people look for it: the class, and the method if it is one.</summary>
    public override string ToString() => Method is null ? Class.Name : $"{Class.Name}.{Method}";

    /// <summary>Why it proves nothing, or null if it is there and runs.</summary>
    public string? Fault()
    {
        var facts = Class.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => Method is null || method.Name == Method)
            .Select(method => (method.Name, Fact: method.GetCustomAttribute<FactAttribute>()))
            .Where(row => row.Fact is not null)
            .ToList();
        if (!Class.IsPublic || Class.IsAbstract || facts.Count == 0) return $"{this} is no test";
        return facts.Select(row => Fault($"{Class.Name}.{row.Name}", row.Fact!)).FirstOrDefault(fault => fault is not null);
    }

    /// <summary>Why one test proves nothing, or null.</summary>
    public static string? Fault(string name, FactAttribute fact) => fact.Skip is null ? null : $"{name} is skipped: {fact.Skip}";
}
